"""The two signatures of JD's open platform.

Laws of this file: pure; the signature covers exactly the text that is sent. A value on which the published SDKs differ
(nothing, or only space) is refused and so never sent, and a value is text before it comes here: what is signed and what
is sent cannot be two spellings of one thing. No error names a value.

MD5 is the platform's choice, not ours: it authenticates the app to JD and protects nothing that we keep.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from expressplatform.errors import InvalidInput, Problem

SIGNED_HEADERS: Final = ("X-JOS-App-Key", "X-JOS-Access-Token", "X-JOS-Timestamp", "X-JOS-Sign-Method")
"""The headers that the SP-API signs; its others (``X-JOS-Request-Identity`` among them) it does not."""

# What Java's Character.isWhitespace takes for space, by which JD's own SDK leaves values out.
_BLANK: Final = re.compile("[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]*")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def sign(params: Mapping[str, str], secret: str) -> str:
    """The ``sign`` of a call to routerjson: 32 upper-case hexadecimal digits.

    ``params`` are all parameters by name, system and business (``360buy_param_json`` as the one JSON text that is
    sent), before URL encoding; a ``sign`` among them is left out. ``secret`` is the app's. Source: JD open platform,
    dev-guide listId=2643. Raises InvalidInput for a value that is not text, is empty or only space, and for an empty
    secret.
    """
    return _digest({name: value for name, value in params.items() if name != "sign"}, secret)


def sign_sp(
    headers: Mapping[str, str],
    path_params: Mapping[str, str],
    query: Mapping[str, str],
    body: str | None,
    secret: str,
) -> str:
    """The ``X-JOS-Sign`` of a call to the SP-API: 32 upper-case hexadecimal digits.

    ``headers`` may be all that are sent, in any case: only `SIGNED_HEADERS` count. ``path_params`` are named as in the
    path's template (``afsOrderId``), ``query`` holds the decoded values, ``body`` is the exact text that is sent;
    None, nothing and ``{}`` are not signed. Source: JD open platform, guide 1100604 (signature of the SP-API). Raises
    InvalidInput as `sign` does, and where two places use one name.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signed = {name: given[name.lower()] for name in SIGNED_HEADERS if name.lower() in given}
    parts = (path_params, query, {"body": body} if body not in (None, "", "{}") else {})
    for part in parts:
        if twice := signed.keys() & part.keys():
            raise InvalidInput((Problem(f"$.{min(twice)}", "twice", "stands in two places of one request"),))
        signed |= part
    return _digest(signed, secret)


def _digest(params: Mapping[str, str], secret: str) -> str:
    problems = tuple(_problems(params, secret))
    if problems:
        raise InvalidInput(problems)
    joined = "".join(name + params[name] for name in sorted(params))
    wrapped = (secret + joined + secret).encode("utf-8")
    return hashlib.md5(wrapped, usedforsecurity=False).hexdigest().upper()


def _problems(params: Mapping[str, str], secret: str) -> Iterator[Problem]:
    if not secret:
        yield Problem("$.secret", "missing", "an app signs with its secret")
    for name, value in params.items():
        if message := _complaint(value):
            yield Problem(f"$.{name}", "value", message)


def _complaint(value: object) -> str:
    if not isinstance(value, str):
        return "must be text when it is signed"
    if _BLANK.fullmatch(value):
        return "must not be empty or only space: leave it out"
    if _SURROGATES.search(value):
        return "must not contain lone surrogates"
    return ""
