"""What `Platform` answers about the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from expressplatform.complaint import Actor
from expressplatform.driving import run
from expressplatform.platform.flow import Flow
from expressplatform.platform.requests import Feed, Sequenced, Verified
from expressplatform.ports import LedgerSize


class LedgerFace:
    """The part of the face that is about places: the ledger, its proofs, and the feeds of traders."""

    _flow: Flow

    def sequence(self, limit: int = 500) -> Sequenced:
        """Gives committed rows their places in the ledger and in the feeds of traders, at most ``limit`` of them.

        Where all have one, the first call of a day (the scheme's) signs a checkpoint, and this and later calls send
        it to every organisation by the platform's ``witness``. Call it now and then, from as many processes as you
        like, and again while ``placed`` is not 0. Raises LedgerBroken where the ledger is not what was signed last.
        """
        return run(self._flow.sequence(limit))

    def verify(
        self,
        exported: Sequence[bytes] = (),
        *,
        public: bytes | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Verified:
        """Holds every row of the store against every checkpoint that was kept, and those that are handed in.

        ``exported`` are notes as they were sent out; one that covers more rows than there are shows what is missing.
        They are judged by ``public``, the 32-byte key as it was published, or by the one in the key store.
        ``progress`` is called with the number of rows looked at. Raises LedgerBroken (``row_missing``, ``row_differs``,
        ``rows_missing``, ``root_differs``, ``other_log``) with the place, SignatureInvalid for a checkpoint that this
        platform's key has not signed, InvalidInput for what is none.
        """
        return run(self._flow.verify(exported, public, progress))

    def ledger_bundle(self, case_id: str, *, by: Actor, earlier: bytes | None = None) -> bytes:
        """Rows of a case with their proofs, as one document that is checked without any store, key or network.

        It holds facts and hashes: nothing sealed and nothing personal. Council, complainant and auditors are given
        every row that has a place; a trader those that it wrote, and those that were addressed to it while it had the
        case. ``earlier`` is a checkpoint that its reader holds: the bundle then shows that it still stands. Raises
        Refused (``not_placed``, ``wrong_role``), NoSuchCase, LedgerBroken, and what `verify` raises of a checkpoint.
        """
        return run(self._flow.ledger_bundle(case_id, by, earlier))

    def ledger_size(self) -> LedgerSize:
        """How many rows have a place in the ledger, and how many wait for one."""
        return run(self._flow.ledger_size())

    def checkpoint(self) -> bytes | None:
        """The newest checkpoint that was signed, as a note; None before the first."""
        return run(self._flow.checkpoint())

    def inclusion_proof(self, place: int, size: int) -> tuple[bytes, ...]:
        """Shows that a row stands at a place among the first ``size`` (RFC 9162 section 2.1.3). Raises InvalidInput."""
        return run(self._flow.inclusion_proof(place, size))

    def consistency_proof(self, old: int, size: int) -> tuple[bytes, ...]:
        """Shows that the first ``size`` rows begin with the first ``old`` (RFC 9162 section 2.1.4).

        Raises InvalidInput.
        """
        return run(self._flow.consistency_proof(old, size))

    def ledger_key(self) -> tuple[str, bytes]:
        """What a checkpoint is judged by: the ledger's name (its origin) and the 32-byte public key.

        Publish both where nobody takes them from the ledger itself.
        """
        return self._flow.origin, self._flow.signing_key().public

    def feed(self, *, by: Actor, after: str = "", limit: int = 100) -> Feed:
        """What moved for a trader since a cursor, oldest first: each case with where it stands now.

        A case that the trader may not see any more is told once more, as gone. The cursor of the answer leads on for
        ever: keep it, and ask again with it. ``limit`` is from 1 to 1000. Raises Refused (``wrong_role``) for anybody
        but a trader, InvalidInput.
        """
        return run(self._flow.feed(by, after, limit))
