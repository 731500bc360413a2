"""The shell: load, decide, append, and the work that follows; once as a flow, with two faces."""

from expressplatform.platform.admitting import Session, SignedIn
from expressplatform.platform.aio import AsyncPlatform
from expressplatform.platform.breach_telling import Told
from expressplatform.platform.evidencing import Document, DocumentCopy
from expressplatform.platform.inquiring import Given, Waits
from expressplatform.platform.requests import DeadLetter, Opened, Reapplied, Request, RightsAnswer, Ticked, Worked
from expressplatform.platform.sync import Platform
from expressplatform.platform.system import system_draw, utc_now

__all__ = [
    "AsyncPlatform",
    "DeadLetter",
    "Document",
    "DocumentCopy",
    "Given",
    "Opened",
    "Platform",
    "Reapplied",
    "Request",
    "RightsAnswer",
    "Session",
    "SignedIn",
    "Ticked",
    "Told",
    "Waits",
    "Worked",
    "system_draw",
    "utc_now",
]
