"""How a TOP request is signed: the pure function, and the one way in which values become text before it.

Laws of this file:

- What is signed is what is sent: `encode` makes the text, `sign` signs the same text. Nothing is trimmed, cut or
  normalised.
- Where the known signers disagree, an input is never sent or has one spelling here. No source says which of them the
  platform follows, so that it is never asked.
- No message quotes a value or a secret.

What a parameter may be, and how it is sent:

    empty text                      refused   seven SDKs sign it; the platform's own Java client
                                              neither signs nor sends it
    white space only, U+3000 too    refused   as above
    True, False                     sent      true, false (some SDKs write True)
    a whole number (64 bits)        sent      its decimal digits; all agree
    a float                         refused   written 1.5 or 1.50; an amount is text or whole cents
    a list, a mapping, None         refused   written [1, 2] or [1,2]; the caller makes the text
                                              that the method wants
    text that begins with @         sent      and signed; one family of SDKs takes it for a file

Source: the platform's signature rules (open.taobao.com, article 101617) with their worked example.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import partial
from typing import Final, Literal, TypeAlias

from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import refuse

Method: TypeAlias = Literal["md5", "hmac", "hmac-sha256"]
Value: TypeAlias = str | int | bool
"""What a parameter may be before it is text."""

METHODS: Final = ("md5", "hmac", "hmac-sha256")
"""The names that ``sign_method`` knows. ``hmac`` is HMAC-MD5."""

# Java's Character.isWhitespace, by which the platform's own client leaves parameters out: not the non-breaking spaces.
_BLANK: Final = "\t\n\v\f\r\x1c\x1d\x1e\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000"
_NOTHING: Final = re.compile(f"[{_BLANK}]*")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SHOWN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_LARGEST: Final = 2**63
_SIGNATURE: Final = "sign"
# The two hashes are the platform's choice, not ours: said so, machines in FIPS mode compute them too.
_MD5: Final = partial(hashlib.md5, usedforsecurity=False)


def encode(params: Mapping[str, Value]) -> dict[str, str]:
    """The text of every parameter, in the order of the names: what is signed and then sent.

    Raises InvalidInput with every parameter that has no single spelling (the list above), by name.
    """
    texts = {name: _text(params[name]) for name in sorted(params)}
    wrong = [Problem(_path(name), one.kind, one.message) for name, one in texts.items() if isinstance(one, Problem)]
    wrong += [Problem("$", "name", "has a parameter without a proper name") for name in texts if _unsound(name)]
    if wrong:
        raise InvalidInput(tuple(wrong))
    return {name: one for name, one in texts.items() if isinstance(one, str)}


def _text(value: object) -> str | Problem:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -_LARGEST <= value < _LARGEST:
        return str(value)
    if not isinstance(value, str):
        return Problem("$", "type", "must be text, a whole number or true or false")
    if _NOTHING.fullmatch(value):
        return Problem("$", "blank", "must not be blank: leave the parameter out")
    if _SURROGATE.search(value):
        return Problem("$", "text", "must not contain lone surrogates")
    return value


def _unsound(name: str) -> bool:
    return bool(_NOTHING.fullmatch(name) or _SURROGATE.search(name))


def _path(name: str) -> str:
    return f"$.{name}" if _SHOWN.fullmatch(name) else "$"


def sign(params: Mapping[str, Value], secret: str, method: str = "hmac-sha256") -> str:
    """The signature of a request, in upper-case hexadecimal.

    ``params`` are all the parameters that will be sent, the system's and the method's, before they are encoded for
    a form; a ``sign`` among them is left out. ``secret`` is the application's. ``method`` is what is sent as
    ``sign_method``: ``md5``, ``hmac`` or ``hmac-sha256``. Signing values and signing their text (`encode`) is the same.

    >>> sign({"method": "taobao.time.get", "v": "2.0"}, "helloworld", "md5")
    '8589DCF3D8615F38BA0C9996810B77F0'

    Raises InvalidInput for a parameter without a single spelling, and for any other method.
    """
    text = encode({name: value for name, value in params.items() if name != _SIGNATURE})
    # Names in byte order, each followed by its value, nothing between (article 101617).
    joined = "".join(name + value for name, value in text.items()).encode()
    key = _key(secret)
    if method == "hmac-sha256":
        return hmac.new(key, joined, hashlib.sha256).hexdigest().upper()
    if method == "hmac":
        return hmac.new(key, joined, _MD5).hexdigest().upper()
    if method == "md5":
        return _MD5(key + joined + key).hexdigest().upper()
    raise refuse("$.sign_method", "code", "must be one of: " + ", ".join(METHODS))


def _key(secret: str) -> bytes:
    if not secret or _SURROGATE.search(secret):
        raise refuse("$.secret", "text", "must be the application's secret")
    return secret.encode()
