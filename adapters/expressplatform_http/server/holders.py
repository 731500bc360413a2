"""Who holds a key that requests are signed by, made ready for the next request.

Laws of this file: nothing here says that a key is good. What is registered is asked of the shelf for each request; a
holder stands for exactly that, and for nothing that has changed since.
"""

from __future__ import annotations

from typing import Final, final

from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput, Problem
from expressplatform.platform import MemberKey
from expressplatform.signing import VerifyingKey
from expressplatform_http.protocol.signatures import KnownKey

PERSON: Final = "expressplatform-person"
"""The header that says who acts for an organisation."""
_MOST_PEOPLE: Final = 100
"""How many people who act under one key are remembered."""


@final
class Holder:
    """Whoever holds a key, as it was registered: the key made ready, and those who have acted under it.

    Good for as long as what is registered is the very same; that is asked of the shelf each time.
    """

    __slots__ = ("_acting", "held", "key")

    def __init__(self, held: MemberKey) -> None:
        self.held = held
        self.key = KnownKey(VerifyingKey(bytes.fromhex(held.public)), held.registered_at, held.ends_at)
        self._acting: dict[str, Actor] = {}

    def acting(self, person: str) -> Actor:
        """Somebody who acts under the key; raises InvalidInput for what is no staff id."""
        found = self._acting.get(person)
        if found is None:
            if len(self._acting) >= _MOST_PEOPLE:
                self._acting.clear()
            found = self._acting[person] = self._judged(person)
        return found

    def _judged(self, person: str) -> Actor:
        try:
            return Actor(self.held.role, person, self.held.organisation)
        except InvalidInput as error:  # the rest of it was judged when the key was registered
            path = f"$header.{PERSON}"
            raise InvalidInput(tuple(Problem(path, "text", one.message) for one in error.problems)) from None
