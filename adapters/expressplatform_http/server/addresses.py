"""Which addresses a server may call that somebody else has named: public ones, over TLS, as they were looked at.

Laws of this file: an address is resolved once, every answer is judged, and the connection is made to the answer that
was judged, so that a name cannot point elsewhere a moment later. Private, loopback, link-local, shared and reserved
ranges are refused, and so is every IPv6 range that carries an IPv4 address inside, or that nobody was given. Nothing is
followed.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import attrs

_IN_USE: Final = ipaddress.IPv6Network("2000::/3")
"""The IPv6 addresses that have been given out at all (RFC 4291 section 2.4); translators own ranges outside of it."""
_REFUSED: Final = tuple(ipaddress.ip_network(one) for one in ("192.0.0.0/24", "2001::/23", "2002::/16", "3fff::/20"))
"""Ranges of protocols, tunnels that carry an IPv4 address inside, and examples."""
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SOMEWHERE: Final = "2000::1"
"""Where a name leads of which nothing is known yet: somewhere public."""
Resolve = Callable[[str, int], Sequence[str]]


class Forbidden(Exception):
    """An address that is not to be called; the argument is a code."""


@attrs.frozen
class Target:
    """Where to connect: the ``address`` that was judged, and the ``host`` that it must prove to be."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        usual = 443 if self.scheme == "https" else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def may_be_called(address: str) -> bool:
    """Whether an IP address is one that anybody may reach."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found in one for one in _REFUSED) or (found.version == 6 and found not in _IN_USE):
        return False
    return found.is_global and not found.is_multicast


def target_of(url: str, *, loopback: bool = False, resolve: Resolve = resolve) -> Target:
    """Where a webhook's address leads; raises Forbidden (``scheme``, ``host``, ``address``, ``not_found``).

    ``loopback`` allows this very machine, without TLS, and nothing else that is private: for a sandbox.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        raise Forbidden("host") from None
    host = (parts.hostname or "").lower()
    here = loopback and host in _LOOPBACK
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        raise Forbidden("scheme")
    plain = _HOST.fullmatch(host) or ":" in host
    if not plain or not port or parts.username is not None or parts.password is not None or parts.fragment:
        raise Forbidden("host")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, _judged(host, port, here, resolve))


def check_written(url: str, *, loopback: bool = False) -> None:
    """What is wrong with an address whatever its name leads to, before anybody is asked; raises Forbidden."""
    target_of(url, loopback=loopback, resolve=_as_written)


def _as_written(host: str, port: int) -> Sequence[str]:
    if host in _LOOPBACK:
        return ["127.0.0.1"]
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return [_SOMEWHERE]


def _judged(host: str, port: int, here: bool, resolve: Resolve) -> str:
    try:
        found = resolve(host, port)
    except OSError:
        raise Forbidden("not_found") from None
    if not found:
        raise Forbidden("not_found")
    good = (lambda one: ipaddress.ip_address(one).is_loopback) if here else may_be_called
    if not all(good(one) for one in found):
        raise Forbidden("address")
    return found[0]
