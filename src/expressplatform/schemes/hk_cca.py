"""HK_CCA: the Consumer Council of Hong Kong on the Express Platform of the China Consumers' Association.

Laws of this file: one value, made of criteria, levels and names that stand elsewhere, and what is only this
scheme's. What was published is cited where it stands. What was not is a default of this library: the
ceilings, the cap on stopped clocks, the retention, the notice, the house lengths. A council
replaces them with `attrs.evolve`, under an edition of its own.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Final

from expressplatform.codes import Instrument, RejectionRule, Role
from expressplatform.eligibility import HK_CRITERIA
from expressplatform.scheme import Participant, Scheme
from expressplatform.schemes.levels import CCA_EXPRESS_2016, HKCC_PLEDGE_LEVEL, UTC_PLUS_8, house_defaults
from expressplatform.schemes.notices import CCA, HK_CCA_2019_1
from expressplatform.workdays import HONG_KONG, MAINLAND

LAUNCH: Final = date(2016, 3, 15)
"""The day on which the first 17 were announced (CCA 2016)."""
_KEPT_DAYS: Final = 2557


def _first(organisation: str, name: str, city: str = "", *, platform: bool = True) -> Participant:
    return Participant(organisation, name, LAUNCH, city=city, platform=platform)


PARTICIPANTS: Final = (
    _first("taobao", "Taobao 淘宝网", "Hangzhou"),
    _first("jd", "JD.com 京东商城", "Beijing"),
    _first("suning", "Suning 苏宁易购"),
    _first("vip", "Vip.com 唯品会"),
    _first("amazon", "Amazon China 亚马逊"),
    _first("yihaodian", "Yihaodian 1号店"),
    _first("jumei", "Jumei 聚美优品"),
    _first("gome", "Gome 国美在线"),
    _first("ctrip", "Ctrip 携程网"),
    _first("qunar", "Qunar 去哪儿网"),
    _first("youku", "Youku Tudou 优酷土豆", platform=False),
    _first("funshion", "Funshion 风行网", platform=False),
    _first("meituan", "Meituan 美团网"),
    _first("dianping", "Dianping 大众点评网"),
    _first("eleme", "Ele.me 饿了么"),
    _first("kaola", "Kaola 网易考拉海购"),
    _first("didi", "Didi 滴滴出行", platform=False),
    Participant("tuhu", "Tuhu 途虎养车", date(2018, 9, 30)),
)
"""The 17 of the launch, and Tuhu, which joined in September 2018 (on what day is not said: its last is sure).

Today's list is not published: those who joined later, and those who left, are rows of the council's own
store. Cities stand only where they were found; without one, no contract that asks for a city is admitted.
"""

HK_CCA: Final = Scheme(
    id="hk-cca",
    edition="2019.1",
    title=MappingProxyType(
        {
            "en": "Online Shopping Consumer Protection Express Platform, Hong Kong",
            "zh-Hant": "電商消費維權綠色通道（直通車）平台，香港",
            "zh-Hans": "电商消费维权绿色通道（直通车）平台，香港",
        }
    ),
    council="hkcc",
    zone=UTC_PLUS_8,
    currency="HKD",
    lodged_by=frozenset({Role.COUNCIL, Role.COMPLAINANT}),
    participants=PARTICIPANTS,
    criteria=HK_CRITERIA,
    service_levels=(
        house_defaults(council=HONG_KONG, trader=MAINLAND, zone=UTC_PLUS_8, retention_days=_KEPT_DAYS),
        HKCC_PLEDGE_LEVEL,
        CCA_EXPRESS_2016,
    ),
    recipients=(CCA,),
    instruments=frozenset(
        {
            Instrument.COLLABORATION_AGREEMENT,
            Instrument.PCPD_MODEL_CLAUSES,
            Instrument.GBA_STANDARD_CONTRACT,
        }
    ),
    rejection_rules=frozenset(RejectionRule),
    notice=HK_CCA_2019_1.version,
    notices=(HK_CCA_2019_1,),
    article="PDPO DPP3; PIPL Art 23 and 39",
    ceilings=MappingProxyType({"HKD": 5_000_000, "CNY": 5_000_000}),
)
"""The scheme that the Council joined on 18 November 2019."""
