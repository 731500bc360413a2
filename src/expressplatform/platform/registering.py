"""What must stay undone goes on the register, before it is done.

Laws of this file: an entry holds ids, codes and the instant of its event, nothing else. It is durable before the key
is destroyed and before the effect counts as carried out; an effect that is repeated writes the same line again.
"""

from __future__ import annotations

from typing import Final

from expressplatform.codes import EffectKind
from expressplatform.platform import rows
from expressplatform.platform.keeping import Keeping
from expressplatform.ports import EVERYONE, EffectRow, RegisterEntry, Undone

REGISTERED: Final = frozenset({EffectKind.DESTROY_KEY.value, EffectKind.REGISTER_WITHDRAWAL.value})
"""The kinds of effects that leave an entry."""


class Registering(Keeping):
    """What keeps the register."""

    async def put_on_register(self, effect: EffectRow) -> None:
        """The entry that an effect leaves: what was undone, at the instant of the event that said so."""
        stored = await self._stored(effect.case_id, EVERYONE)
        at = rows.fact_of(stored.events[effect.version - 1]).at
        what = Undone.ERASED
        if effect.kind == EffectKind.REGISTER_WITHDRAWAL:
            what = Undone.WITHDRAWN if effect.recipient else Undone.RESEARCH_WITHDRAWN
        self.register.note((RegisterEntry(what, effect.case_id, at, effect.recipient),))
