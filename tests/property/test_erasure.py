"""After an erasure, whoever knows person and documents finds nothing that fits them (PDPO s.26; PIPL Art 47)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from expressplatform import commands as c
from expressplatform.chunks import name_of
from expressplatform.codes import EvidenceKind, Status
from expressplatform.complaint import Particulars
from expressplatform.platform import Platform, rows
from expressplatform.ports import EVERYONE
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import CaseKey, normalised
from expressplatform.testing.fakes import ScriptedScan
from expressplatform_sqlite.evidence import SqliteEvidence
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, PERSON
from tests.whole_life import SECOND, Clock, complaint, seeded

words = st.text("abcdefgh", min_size=8, max_size=8)
persons = st.builds(
    lambda name, mail, phone, order: Particulars(
        name=f"Person {name}", email=f"{mail}@example.org", phone=phone, order_number=order, statement="It broke."
    ),
    words,
    words,
    st.text("0123456789", min_size=8, max_size=8),
    words,
)
papers = st.binary(min_size=20, max_size=60).map(lambda tail: b"Receipt " + tail.hex().encode())
PLACES: Final = ("cases.db", "evidence.db")


class Files:
    """A council's files, with what was put into them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.store, self.keys = SqliteStore(folder / "cases.db"), LocalKeyStore(folder / "keys.db")
        self.platform = Platform(
            scheme=HK_CCA,
            store=self.store,
            keys=self.keys,
            shelf=SqliteShelf(folder / "cases.db"),
            evidence=SqliteEvidence(folder / "evidence.db"),
            scan=ScriptedScan(),
            now=self.clock,
            draw=seeded,
        )

    def case(self, number: int, who: Particulars, paper: bytes) -> str:
        """A case that is over, with one document; its id."""
        case = self.platform.lodge(complaint(who), by=OFFICER, key=f"form-{number}")
        self.platform.add_evidence(
            case.id, paper, kind=EvidenceKind.ORDER, name=f"Paper of {who.name}", by=PERSON, key="paper"
        )
        self.platform.act(case.id, c.Correct(who), by=PERSON, key="correct")
        self.platform.act(case.id, c.Withdraw(), by=PERSON, key="withdraw")
        self.clock.wait(hours=1)
        return case.id

    def left(self) -> bytes:
        """Every byte of the files that are not the keys."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.iterdir()) if path.name.startswith(PLACES))


def marks(files: Files, who: Particulars, paper: bytes, living: Sequence[str]) -> Iterator[bytes]:
    """What somebody who knows the person, the document and every key that is left can try to find them by."""
    secrets = [files.keys.secret(name) for name in files.keys.names()[1] if name.startswith(rows.secret_name(""))]
    keys = [CaseKey(files.keys.get(case_id)) for case_id in living]
    for secret, said in product(secrets, (who.email, who.phone)):
        yield from filter(None, [rows.person_token(who.name, said, secret)])
    for secret, said in product(secrets, (who.name, who.email, who.phone, who.order_number)):
        yield hmac.digest(secret, normalised(said).encode(), "sha256")
    for known in (paper, who.name.encode(), who.email.encode(), who.phone.encode(), who.order_number.encode()):
        yield known
        yield hashlib.sha256(known).digest()
        yield hashlib.sha256(known).hexdigest().encode()
    for key in keys:
        yield name_of(key, (paper,)).encode()
        yield key.address(paper)


crowds = st.lists(
    st.tuples(persons, papers), min_size=2, max_size=4, unique_by=(lambda one: one[0].name, lambda one: one[1])
)


@settings(max_examples=12)
@given(crowds, st.data())
def test_no_token_address_or_digest_that_is_left_fits_a_known_person_or_document(
    people: list[tuple[Particulars, bytes]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        files = Files(Path(folder))
        cases = [files.case(number, who, paper) for number, (who, paper) in enumerate(people)]
        files.platform.work()
        gone = data.draw(st.integers(0, len(people) - 1))
        who, paper = people[gone]
        living = [case_id for case_id in cases if case_id != cases[gone]]
        there = files.left()
        # While it lives, its name and tokens are there to be found.
        assert any(mark in there for mark in marks(files, who, paper, cases))
        erased = files.platform.erase(cases[gone], by=OFFICER, approved_by=SECOND)
        assert erased.status is Status.ERASED
        while files.platform.work().done:
            pass
        left = files.left()
        assert not [mark for mark in marks(files, who, paper, living) if mark in left]
        assert len(files.store.scan(EVERYONE, "", 9)) == len(people)
        for case_id, (other, _) in zip(cases, people, strict=True):
            if case_id in living:
                assert files.platform.case(case_id, by=OFFICER, reason="look").particulars == other
        files.platform.close()
