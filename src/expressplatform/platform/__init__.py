"""The shell: load, decide, append, and the work that follows; once as a flow, with two faces."""

from expressplatform.platform.admitting import Session, SignedIn
from expressplatform.platform.breach_telling import Told
from expressplatform.platform.changing import HandedOver
from expressplatform.platform.evidencing import Document, DocumentCopy, DocumentFile
from expressplatform.platform.faces.aio import AsyncPlatform
from expressplatform.platform.faces.sync import Platform
from expressplatform.platform.inquiring import Given, Waits
from expressplatform.platform.membership import (
    Delivery,
    Endpoint,
    Invitation,
    Invited,
    KeyUse,
    MemberKey,
    Organisation,
    Signed,
    Statement,
)
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
from expressplatform.platform.system import system_draw, utc_now
from expressplatform.platform.trader_rows import Claim, Terms, TraderCase, TraderPage

__all__ = [
    "AsyncPlatform",
    "Claim",
    "DeadLetter",
    "Delivery",
    "Document",
    "DocumentCopy",
    "DocumentFile",
    "Endpoint",
    "Feed",
    "Given",
    "HandedOver",
    "Invitation",
    "Invited",
    "KeyUse",
    "MemberKey",
    "Moved",
    "Opened",
    "Organisation",
    "Platform",
    "Reapplied",
    "Request",
    "RightsAnswer",
    "Sequenced",
    "Session",
    "Signed",
    "SignedIn",
    "Statement",
    "Terms",
    "Ticked",
    "Told",
    "TraderCase",
    "TraderPage",
    "Verified",
    "Waits",
    "Worked",
    "system_draw",
    "utc_now",
]
