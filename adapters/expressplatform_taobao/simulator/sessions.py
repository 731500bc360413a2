"""Applications, codes and tokens of the simulated platform.

Laws of this file: a code is good for one exchange within ten minutes; a session is one shop's and one application's,
for a time that each risk has its own; a renewal ends the session before it; an owner who withdraws ends all.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import attrs

from expressplatform_taobao.protocol import App
from expressplatform_taobao.simulator.answers import Document

_CODE_LIVES: Final = timedelta(minutes=10)
_LIVES: Final = 7_776_000
"""Seconds of a session: ninety days."""
_RISKS: Final = (("r1", _LIVES), ("r2", 259_200), ("w1", _LIVES), ("w2", 1_800))


@attrs.frozen
class Registered:
    """An application that the platform knows. ``renews``: it is of the service market, and may renew sessions.

    ``packages`` are the beginnings of the methods that it was granted.
    """

    key: str = "12345678"
    secret: str = attrs.field(default="helloworld", repr=False)
    renews: bool = True
    packages: tuple[str, ...] = ("taobao.time.", "taobao.trade.", "taobao.refund", "taobao.top.auth.", "taobao.tmc.")

    def as_known(self) -> App:
        """The application as its own programs know it."""
        return App(self.key, self.secret)


@attrs.frozen(repr=False)
class Session:
    """A shop's authorisation of an application."""

    app: str
    shop: str
    access: str
    renewal: str
    ends_at: datetime


@attrs.frozen(repr=False)
class _Code:
    app: str
    shop: str
    until: datetime


class Sessions:
    """Who may do what for whom. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime], luck: random.Random) -> None:
        self._now, self._luck = now, luck
        self._lock = threading.Lock()
        self._apps: dict[str, Registered] = {}
        self._codes: dict[str, _Code] = {}
        self._live: dict[str, Session] = {}
        self._secrets: list[str] = []

    def register(self, app: Registered) -> None:
        """Takes an application in."""
        self._apps[app.key] = app
        self._secrets.append(app.secret)

    def app(self, key: str) -> Registered | None:
        """A registered application."""
        return self._apps.get(key)

    @property
    def secrets(self) -> Sequence[str]:
        """Every secret, code and token that there ever was."""
        return tuple(self._secrets)

    def allow(self, app: str, shop: str) -> str:
        """A shop's owner says yes: the code for it."""
        with self._lock:
            code = self._drawn("")
            self._codes[code] = _Code(app, shop, self._now() + _CODE_LIVES)
        return code

    def exchange(self, app: str, code: str) -> Document | None:
        """Tokens for a code; None where it is none, or no longer."""
        with self._lock:
            found = self._codes.pop(code, None)
            if found is None or found.app != app or self._now() >= found.until:
                return None
            return self._given(app, found.shop)

    def renew(self, app: str, renewal: str) -> Document | None:
        """New tokens for old; None where there are none."""
        with self._lock:
            old = next((one for one in self._live.values() if one.renewal == renewal and one.app == app), None)
            if old is None:
                return None
            del self._live[old.access]
            return self._given(app, old.shop)

    def session(self, app: str, access: str) -> Session | None:
        """What a token stands for now."""
        found = self._live.get(access)
        return found if found is not None and found.app == app and self._now() < found.ends_at else None

    def of(self, shop: str) -> Sequence[str]:
        """The tokens of a shop that stand now."""
        return tuple(access for access, one in self._live.items() if one.shop == shop)

    def connect(self, app: str, shop: str, access: str) -> None:
        """A session under a token of the caller's choice."""
        with self._lock:
            ends = self._now() + timedelta(seconds=_LIVES)
            self._live[access] = Session(app, shop, access, self._drawn("6101"), ends)
            self._secrets.append(access)

    def revoke(self, shop: str) -> None:
        """A shop's owner withdraws: of every application."""
        with self._lock:
            self._live = {access: one for access, one in self._live.items() if one.shop != shop}

    def _given(self, app: str, shop: str) -> Document:
        made = Session(app, shop, self._drawn("6100"), self._drawn("6101"), self._now() + timedelta(seconds=_LIVES))
        self._live[made.access] = made
        nick = quote(f"示範店鋪{shop[-4:]}")
        return {
            "access_token": made.access,
            "token_type": "Bearer",
            "expires_in": _LIVES,
            "refresh_token": made.renewal,
            "re_expires_in": _LIVES,
            **{f"{risk}_expires_in": seconds for risk, seconds in _RISKS},
            "taobao_user_id": shop,
            "taobao_user_nick": nick,
        }

    def _drawn(self, begin: str) -> str:
        made = f"{begin}{self._luck.getrandbits(192):048x}"
        self._secrets.append(made)
        return made
