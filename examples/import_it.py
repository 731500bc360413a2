"""Import it: a council's own program over the embedded store.

Run it as a script. It makes a store and a key store in a temporary directory (in earnest: on two volumes), lodges two
complaints, lets the scheme judge them, and prints what is due when. No line of it knows the rules: those are the
scheme's.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from attrs import evolve

import expressplatform as ep
from expressplatform.commands import Accept, Acknowledge, RequestInformation, Upload
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore

SCHEME = ep.HK_CCA
OFFICER = ep.Actor(ep.Role.COUNCIL, "officer-7", SCHEME.council)
ASSESSMENT = ep.ImpactAssessment(
    id="pia-2026-01",
    recipient="*",
    instrument=ep.Instrument.COLLABORATION_AGREEMENT,
    made_on=date(2026, 1, 5),
    valid_until=date(2036, 1, 4),
    lawful="A trader cannot conciliate without knowing who complains of what.",
    effect="Somebody else might call in the trader's name.",
    measures="The fewest fields, one contact, a code that callers must say, an end of use.",
    approved_by="officer-2",
)


def complaint() -> ep.Complaint:
    """What the web form sent: facts as codes and dates, and the particulars apart."""
    shown_at = ep.utc_now()
    return ep.Complaint(
        trader=ep.TraderRef("taobao", ep.Shop("taobao", "shop-88")),
        category=ep.Category.ELECTRONICS,
        nature=ep.Nature.NON_DELIVERY,
        purchase=ep.Purchase(
            ordered_on=SCHEME.day(shown_at) - timedelta(days=20),
            paid=ep.Money("CNY", 89900),
            bought_by=ep.BoughtBy.APP,
            subject=ep.Subject.GOODS,
            supplier=ep.Supplier.BUSINESS,
        ),
        redress=(ep.Redress.REFUND,),
        prior_contact=ep.PriorContact(contacted=True),
        proceedings=ep.Proceedings.NONE,
        flags=ep.Flags(injury=False, crime=False, testing_needed=False, suspected_abuse=False),
        complainant=ep.Complainant(ep.Buyer.PRIVATE, ep.AgeBand.ADULT, ep.Residence.HONG_KONG),
        evidence=(ep.Evidence("order", ep.EvidenceKind.ORDER),),
        consents=tuple(
            ep.Consent(to, ep.Purpose.HANDLING, SCHEME.notice, shown_at, ep.Channel.WEB) for to in ("taobao", "cca")
        ),
        notice_shown=ep.NoticeShown(SCHEME.notice, ep.Language.ENGLISH, shown_at, ep.Channel.WEB),
        particulars=ep.Particulars(
            name="A. Person", email="a.person@example.org", order_number="88-1", statement="It never came."
        ),
    )


def screen(platform: ep.Platform, case: ep.Case) -> ep.Case:
    """Acknowledge, judge, and do what the verdict says."""
    case = platform.act(case.id, Acknowledge(), by=OFFICER, key="acknowledge")
    found = platform.assess(case.id, by=OFFICER)
    if found.verdict is ep.Verdict.NEEDS_INFORMATION:
        ask = RequestInformation(found.ask_for, ep.Remark("Please tell us what is still missing."))
        return platform.act(case.id, ask, by=OFFICER, key="ask")
    if found.verdict is not ep.Verdict.ELIGIBLE:
        return case  # a person looks at it
    platform.act(case.id, Accept(), by=OFFICER, key="accept")
    upload = Upload(ASSESSMENT.instrument, ASSESSMENT.id)
    return platform.act(case.id, upload, by=OFFICER, key="upload")


def show(platform: ep.Platform) -> None:
    """Where cases stand: headers, without anything personal."""
    for header in platform.cases(by=OFFICER).headers:
        due = header.due_at.astimezone(SCHEME.zone) if header.due_at is not None else None
        print(f"{header.reference}  {header.status:<18} {header.duty} by {due:%d %b %Y %H:%M}")


def main() -> None:
    """One morning at the desk."""
    with tempfile.TemporaryDirectory() as place:
        store, keys = SqliteStore(Path(place, "council.db")), LocalKeyStore(Path(place, "keys.db"))
        platform = ep.Platform(scheme=SCHEME, store=store, keys=keys)
        platform.open()
        platform.record_impact_assessment(ASSESSMENT, by=OFFICER)  # uploads name it
        whole, half = complaint(), evolve(complaint(), proceedings=None, purchase=ep.Purchase())
        for number, one in enumerate((whole, half), start=1):
            screen(platform, platform.lodge(one, by=OFFICER, key=f"form-{number}"))
        show(platform)
        try:
            platform.act("no-such-case", Accept(), by=OFFICER, key="accept")
        except ep.ExpressPlatformError as error:  # everything that the library raises on purpose
            print(f"{error.code}: {error}")
        platform.close()


if __name__ == "__main__":
    main()
