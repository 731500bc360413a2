"""Where keys live, apart from the data.

Laws of this file: a key store never sees a case's data, and nothing but a key store sees a key at rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class KeyStore(Protocol):
    """Where data keys live, apart from the data: one for each case, and named secrets. Thread-safe."""

    def create(self, case_ids: Sequence[str], /) -> None:
        """Makes the keys that are not there yet; raises KeyDestroyed for a case whose key was destroyed."""

    def get(self, case_id: str, /) -> bytes:
        """A case's key of 32 bytes; raises KeyMissing or KeyDestroyed."""

    def destroy(self, *case_ids: str) -> None:
        """Destroys the keys of cases for ever, all in one step; harmless when repeated."""

    def secret(self, name: str, /) -> bytes:
        """A named secret of 32 bytes, made where it is not there."""

    def forget(self, name: str, /) -> None:
        """Destroys a named secret."""

    def destroyed(self) -> Sequence[str]:
        """The ids of the cases whose keys were destroyed."""

    def close(self) -> None:
        """Lets go of files."""
