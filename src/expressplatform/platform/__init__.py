"""The shell: load, decide, append, and the work that follows; once as a flow, with two faces."""

from expressplatform.platform.aio import AsyncPlatform
from expressplatform.platform.breach_telling import Told
from expressplatform.platform.evidencing import Document, DocumentCopy
from expressplatform.platform.inquiring import Given, Waits
from expressplatform.platform.requests import (
    DeadLetter,
    Feed,
    Moved,
    Opened,
    Reapplied,
    Request,
    RightsAnswer,
    Sequenced,
    Ticked,
    Verified,
    Worked,
)
from expressplatform.platform.sync import Platform
from expressplatform.platform.system import system_draw, utc_now

__all__ = [
    "AsyncPlatform",
    "DeadLetter",
    "Document",
    "DocumentCopy",
    "Feed",
    "Given",
    "Moved",
    "Opened",
    "Platform",
    "Reapplied",
    "Request",
    "RightsAnswer",
    "Sequenced",
    "Ticked",
    "Told",
    "Verified",
    "Waits",
    "Worked",
    "system_draw",
    "utc_now",
]
