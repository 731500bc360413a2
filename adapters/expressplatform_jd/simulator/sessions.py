"""Apps, shops' authorisations and limits of the simulated JD, and its OAuth endpoints.

Laws of this file: a code is good once and for ten minutes. A token ends by time, by revocation, by the shop's main
password, and by a renewal, which gives a new pair; it is renewed in its last 24 hours only, so many times a month.
Nothing here prints a token or a secret.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform_jd.protocol.clock import millis
from expressplatform_jd.simulator.codes import BAD_APP, LIMITED, NOT_PERMITTED, OAUTH

A_DAY: Final = timedelta(hours=24)
A_YEAR: Final = timedelta(days=365)
_CODE_LIVES: Final = timedelta(minutes=10)


@attrs.frozen
class Registered:
    """An application that JD knows. ``methods``: how the names of what it may call begin; empty: everything."""

    key: str = "simulated-app"
    secret: str = attrs.field(default="simulated-secret", repr=False)
    methods: tuple[str, ...] = ()


@attrs.frozen
class Limit:
    """At most so many ``calls`` of an app within a time; who calls on is banned for ``ban`` from then on."""

    calls: int
    within: timedelta = timedelta(minutes=1)
    ban: timedelta = timedelta(minutes=1)


@attrs.define
class _Session:
    vender_id: str
    app_key: str
    access_token: str = attrs.field(repr=False)
    refresh_token: str = attrs.field(repr=False)
    ends_at: datetime
    live: bool = True


@attrs.define
class _Ban:
    after: int
    lasts: timedelta
    until: datetime | None = None


@attrs.frozen
class _Code:
    vender_id: str
    app_key: str
    redirect_uri: str
    made_at: datetime


class Sessions:
    """Who may call what, in whose name and how often. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime], luck: random.Random, lifetime: timedelta = A_YEAR) -> None:
        self._now, self._luck, self._lock = now, luck, threading.RLock()
        self._apps: dict[str, Registered] = {}
        self._sessions: list[_Session] = []
        self._codes: dict[str, _Code] = {}
        self._called: dict[str, deque[datetime]] = {}
        self._banned: dict[str, datetime] = {}
        self._renewed: dict[str, list[datetime]] = {}
        self._shops_bans: dict[str, _Ban] = {}
        self._every_code: list[str] = []
        self.lifetime = lifetime
        self.limit: Limit | None = None
        self.renewals_a_month = 30
        self.owner = ""
        """Whose owner is at the login page and says yes; empty: somebody who says no."""

    def register(self, app: Registered) -> None:
        """An app that may call from now on."""
        with self._lock:
            self._apps[app.key] = app

    def secret_of(self, app_key: str) -> str:
        """The app's secret; empty for an app that nobody registered."""
        found = self._apps.get(app_key)
        return found.secret if found else ""

    def connect(self, vender_id: str, app_key: str = "simulated-app", token: str = "") -> str:
        """An access token of a shop, as if its owner had gone through the login page; ``token`` names it."""
        with self._lock:
            return self._open(vender_id, app_key, token).access_token

    def revoke(self, vender_id: str) -> None:
        """The shop's owner takes the authorisation back, or changes the main password."""
        with self._lock:
            for one in self._sessions:
                if one.vender_id == vender_id:
                    one.live = False

    def ban(self, app_key: str, until: datetime) -> None:
        """The app is refused until then."""
        with self._lock:
            self._banned[app_key] = until

    def ban_shop(self, vender_id: str, seconds: int, *, after: int = 0) -> None:
        """Calls for one shop are refused for a while, once so many more were answered."""
        with self._lock:
            self._shops_bans[vender_id] = _Ban(after, timedelta(seconds=seconds))

    def given(self) -> list[str]:
        """Every code and token that was ever given, and every app's secret."""
        with self._lock:
            tokens = [text for one in self._sessions for text in (one.access_token, one.refresh_token)]
            return [*tokens, *self._every_code, *(app.secret for app in self._apps.values())]

    def vender_of(self, app_key: str, token: str) -> str:
        """Whose token it is, while it lives; else empty."""
        with self._lock:
            one = self._live(app_key, lambda session: session.access_token == token)
            return one.vender_id if one else ""

    def refusal(self, app_key: str, vender_id: str, name: str) -> str:
        """The code with which a call is refused that is signed and authorised; empty for none."""
        with self._lock:
            app = self._apps[app_key]
            if app.methods and not name.startswith(app.methods):
                return NOT_PERMITTED
            return LIMITED if self._shop_banned(vender_id) or self._too_often(app_key) else ""

    # --- the OAuth endpoints ---

    def login(self, query: Mapping[str, str]) -> str:
        """What is added to ``redirect_uri``: a code, or that the owner said no. Raises KeyError for an unknown app."""
        with self._lock:
            app = self._apps[query["app_key"]]
            if not self.owner:
                return "error=access_denied"
            code = self._text(6)
            self._every_code.append(code)
            self._codes[code] = _Code(self.owner, app.key, query["redirect_uri"], self._now())
            return f"code={code}"

    def exchange(self, query: Mapping[str, str]) -> dict[str, object]:
        """``/oauth2/access_token``."""
        with self._lock:
            if refused := self._refused(query, "authorization_code"):
                return refused
            code = self._codes.pop(query.get("code", ""), None)
            if code is None or code.app_key != query["app_key"] or self._now() - code.made_at > _CODE_LIVES:
                return _no("code")
            return self._told(self._open(code.vender_id, code.app_key))

    def renew(self, query: Mapping[str, str]) -> dict[str, object]:
        """``/oauth2/refresh_token``."""
        with self._lock:
            if refused := self._refused(query, "refresh_token"):
                return refused
            wanted = query.get("refresh_token", "")
            one = self._live(query["app_key"], lambda session: session.refresh_token == wanted)
            if one is None:
                return _no("over")
            if self._now() < one.ends_at - A_DAY:
                return _no("early")
            if self._too_many_renewals(one.vender_id):
                return _no("often")
            one.live = False
            return self._told(self._open(one.vender_id, one.app_key))

    # --- within ---

    def _open(self, vender_id: str, app_key: str, token: str = "") -> _Session:
        made = _Session(vender_id, app_key, token or self._text(16), self._text(16), self._now() + self.lifetime)
        self._sessions.append(made)
        return made

    def _live(self, app_key: str, wanted: Callable[[_Session], bool]) -> _Session | None:
        now = self._now()
        for one in self._sessions:
            if one.live and one.app_key == app_key and now < one.ends_at and wanted(one):
                return one
        return None

    def _shop_banned(self, vender_id: str) -> bool:
        ban, now = self._shops_bans.get(vender_id), self._now()
        if ban is None:
            return False
        if ban.after:
            ban.after -= 1
            return False
        ban.until = ban.until or now + ban.lasts
        if now >= ban.until:
            del self._shops_bans[vender_id]
            return False
        return True

    def _too_often(self, app_key: str) -> bool:
        now = self._now()
        if now < self._banned.get(app_key, now):
            return True
        if self.limit is None:
            return False
        called = self._called.setdefault(app_key, deque())
        while called and now - called[0] >= self.limit.within:
            called.popleft()
        if len(called) >= self.limit.calls:
            self._banned[app_key] = now + self.limit.ban
            return True
        called.append(now)
        return False

    def _refused(self, query: Mapping[str, str], grant: str) -> dict[str, object] | None:
        secret = self.secret_of(query.get("app_key", ""))
        if not secret or query.get("app_secret") != secret:
            return _no(BAD_APP)
        return None if query.get("grant_type") == grant else _no("grant")

    def _too_many_renewals(self, vender_id: str) -> bool:
        now = self._now()
        recent = [at for at in self._renewed.get(vender_id, []) if now - at < timedelta(days=30)]
        self._renewed[vender_id] = [*recent, now]
        return len(recent) >= self.renewals_a_month

    def _told(self, one: _Session) -> dict[str, object]:
        return {
            "code": 0,
            "access_token": one.access_token,
            "expires_in": int((one.ends_at - self._now()).total_seconds()),
            "refresh_token": one.refresh_token,
            "scope": "snsapi_base",
            "open_id": f"o{one.vender_id}",
            "uid": one.vender_id,
            "time": millis(self._now()),
            "token_type": "bearer",
        }

    def _text(self, size: int) -> str:
        return self._luck.randbytes(size).hex()

    def __repr__(self) -> str:
        return f"<Sessions of {len(self._apps)} apps>"


def _no(why: str) -> dict[str, object]:
    return {"code": OAUTH[why], "msg": "refused"}
