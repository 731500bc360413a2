"""The privacy notices of the schemes, version by version, as they are shown before the first field.

Laws of this file
- A version never changes once somebody may have been shown it: a change of words or terms is a new value beside the
  old one, with a version and a first day of its own (tests hold the words of each by a digest).
- A notice is written out, not drawn from the rules: the rules may move on, and what was shown may not. Tests hold the
  version in use to the disclosure table, the criteria and the lengths of its scheme.
- The words are this library's, for want of published ones; a council puts its own in their place. Whom to ask is said
  by office, never by a name or an address that nobody has checked.

In Portuguese there is none yet: whoever reads Portuguese is shown the English text.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from expressplatform.citations import LGPD_18, PDPO_S19, PDPO_S23, PIPL_15, PIPL_47
from expressplatform.codes import Audience, Purpose
from expressplatform.notices import Method, Notice, RightTold, Terms, Transferee
from expressplatform.wording.scripts import Texts

CCA: Final = "cca"
"""The China Consumers' Association, as a recipient."""

_HANDLING: Final = (Purpose.HANDLING, Purpose.DIRECTLY_RELATED)
_ALL_KINDS: Final = (
    "claim", "name", "contact", "representative", "trace", "account", "documents", "person", "circumstances", "file",
)  # fmt: skip

_METHODS: Final = (
    Method(
        "collected_from_you",
        (
            "It is collected from you, or from whoever acts for you, and written down.",
            "由你或你的代表提供，並作記錄。",
            "由您或您的代理人提供，并予以记录。",
        ),
    ),
    Method(
        "sealed",
        (
            "What tells who you are is kept encrypted, under a key of your case alone.",
            "可識別你身分的資料以你個案專用的密鑰加密保存。",
            "可识别您身份的信息以您案件专用的密钥加密保存。",
        ),
    ),
    Method(
        "handed_over_in_part",
        (
            (
                "Each recipient is given what it needs and no more, electronically; numbers of cards and accounts that "
                "are found in your words are masked."
            ),
            "以電子方式向每一接收者只提供所需部分；在你的陳述中發現的卡號及帳號會被遮蓋。",
            "以电子方式向每一接收方只提供所需部分；在您的陈述中发现的卡号及账号会被遮盖。",
        ),
    ),
    Method(
        "decided_by_people",
        (
            "A program compares the complaint with the criteria; people decide.",
            "由程式對照受理準則，由人員作出決定。",
            "由程序对照受理条件，由工作人员作出决定。",
        ),
    ),
)

_CONSENT: Final[Texts] = (
    (
        "Each recipient is asked for apart: a consent to one is none to another. You are free to refuse, and you may "
        "take a consent back at any time; what was done before stays lawful. Without it nothing is sent to that "
        "recipient. Research is asked for apart, and your complaint is handled just the same without it."
    ),
    (
        "我們會就每一接收者分別徵求你的同意，對其一的同意不等於對其他的同意。你可自由拒絕，並可隨時撤回同意，撤回前所作的處理"
        "仍屬合法。未經同意，資料不會送交該接收者。研究用途另行徵求同意，不同意亦不影響投訴的處理。"
    ),
    (
        "我们会就每一接收方分别征求您的单独同意，对其一的同意不等于对其他的同意。您可自由拒绝，并可随时撤回同意，撤回前所作的处理"
        "仍然有效。未经同意，信息不会提供给该接收方。研究用途另行征求同意，不同意亦不影响投诉的处理。"
    ),
)

_WITHDRAW: Final = RightTold(
    "withdraw_consent",
    ("To take a consent back, at any time.", "隨時撤回同意。", "随时撤回同意。"),
    PIPL_15,
)
_ACCESS: Final[Texts] = (
    "To see what is held about you, and to have a copy.",
    "查閱所持有的個人資料並索取副本。",
    "查阅、复制所持有的个人信息。",
)
_CORRECTION: Final[Texts] = (
    "To have it corrected.",
    "改正不準確的個人資料。",
    "更正不准确的个人信息。",
)
_DELETION: Final[Texts] = (
    "To have it deleted where its purpose is spent or a consent is taken back.",
    "在目的已達或撤回同意時要求刪除。",
    "在处理目的已实现或撤回同意时要求删除。",
)

_HELPING: Final = Transferee(
    "helping_authority",
    Audience.AUTHORITY,
    (Purpose.HANDLING,),
    ("claim", "account", "documents"),
    (
        "A public body that is asked to help, only with your consent to that body",
        "獲請求協助的公共機構（須經你對該機構的同意）",
        "应请求提供协助的公共机构（须经您对该机构的单独同意）",
    ),
    ("told when your consent is asked for", "徵求同意時告知", "征求同意时告知"),
)
_LAW: Final = Transferee(
    "law_enforcement",
    Audience.AUTHORITY,
    (Purpose.LAW_ENFORCEMENT,),
    _ALL_KINDS,
    (
        "An authority with a statutory duty, for the fields that its request names",
        "負有法定職責的機構（限於其要求所指明的資料）",
        "负有法定职责的机关（限于其要求所指明的信息）",
    ),
    ("told on request where the law allows", "在法律容許下應要求告知", "在法律允许的情况下应要求告知"),
)


def _kept(days: int, use_days: int) -> Texts:
    """For how long: calendar days after a case has ended, and after the trader's deadline."""
    return (
        (
            f"What tells who you are is erased {days} days after your case has ended, unless law or the public "
            f"interest forbids it. A trader may use what it was given until {use_days} days after its deadline, and "
            "must then delete it. What names nobody (codes, dates, amounts) stays for the figures."
        ),
        (
            f"可識別你身分的資料在個案結束後 {days} 日刪除，法律或公眾利益另有要求者除外。"
            f"商戶可使用獲提供的資料至其期限屆滿後 {use_days} 日，其後必須刪除。"
            "不涉及任何人身分的內容（代碼、日期、金額）保留作統計。"
        ),
        (
            f"可识别您身份的信息在案件结束后 {days} 日删除，法律或公共利益另有要求的除外。"
            f"企业可使用获提供的信息至其期限届满后 {use_days} 日，此后必须删除。"
            "不涉及任何人身份的内容（代码、日期、金额）保留用于统计。"
        ),
    )


HK_CCA_2019_1: Final = Notice(
    version="hk-cca-2019.1",
    valid_from=date(2019, 11, 18),
    handler=("The Consumer Council of Hong Kong", "香港消費者委員會", "香港消费者委员会"),
    seat="Hong Kong",
    terms=Terms(
        purposes=tuple(Purpose),
        methods=_METHODS,
        kinds=_ALL_KINDS,
        transferees=(
            Transferee(
                "mainland_online_trader",
                Audience.TRADER,
                (Purpose.HANDLING,),
                ("claim", "name", "contact", "representative", "trace", "account", "documents"),
                (
                    "The Mainland online trader that you complain of, and no other",
                    "你所投訴的內地網上商戶，別無其他商戶",
                    "您所投诉的内地电商企业，不包括其他企业",
                ),
                (
                    "as the trader publishes it; told on request",
                    "以該商戶公布者為準，可向我們查詢",
                    "以该企业公布的为准，可向我们查询",
                ),
            ),
            Transferee(
                CCA,
                Audience.CCA,
                (Purpose.HANDLING,),
                ("claim", "account", "documents"),
                (
                    "The China Consumers' Association (CCA), which runs the platform",
                    "中國消費者協會（平台的營運者）",
                    "中国消费者协会（平台的运营者）",
                ),
                (
                    "as the association publishes it; told on request",
                    "以該協會公布者為準，可向我們查詢",
                    "以该协会公布的为准，可向我们查询",
                ),
            ),
            _HELPING,
            _LAW,
        ),
    ),
    must=(
        ("trader.organisation",),
        ("category",),
        ("nature",),
        ("purchase.bought_by",),
        ("complainant.buyer",),
        ("purchase.supplier",),
        ("purchase.subject",),
        ("trader.shop.shop_id", "particulars.shop_page", "particulars.trader_contact", "particulars.order_number"),
        ("particulars.name",),
        ("particulars.email", "particulars.phone", "particulars.address"),
        ("particulars.statement",),
        ("particulars.request", "redress"),
        ("particulars.order_number", "evidence"),
        ("proceedings",),
        ("dates.known_on", "purchase.ordered_on"),
        ("complainant.age", "complainant.guardian_acts"),
        ("complainant.authority.until",),
        ("particulars.authority_matter",),
    ),
    consent=_CONSENT,
    retention=_kept(2557, 30),
    rights=(
        RightTold("access", _ACCESS, PDPO_S19, 40),
        RightTold("correction", _CORRECTION, PDPO_S23, 40),
        RightTold("deletion", _DELETION, PIPL_47),
        _WITHDRAW,
    ),
    contact=(
        (
            "The council's data protection officer, in writing, with the case number; the address is the one that the "
            "council publishes. For what a recipient holds you may ask the recipient, or us."
        ),
        (
            "消費者委員會的個人資料保障主任；請以書面提出並註明個案編號，地址以該會公布者為準。就接收者所持有的資料，你可向該接收者"
            "或我們提出。"
        ),
        (
            "消费者委员会的个人信息保护负责人；请以书面提出并注明案件编号，地址以该会公布的为准。就接收方所持有的信息，您可向该接收方"
            "或我们提出。"
        ),
    ),
)
"""The Council on the Express Platform, from the day on which it joined."""

CONSUMIDOR_BR_2014_1: Final = Notice(
    version="consumidor-br-2014.1",
    valid_from=date(2014, 5, 1),
    handler=(
        "Senacon, the National Consumer Secretariat of Brazil",
        "巴西國家消費者事務秘書處（Senacon）",
        "巴西国家消费者事务秘书处（Senacon）",
    ),
    seat="Brasilia",
    terms=Terms(
        purposes=tuple(Purpose),
        methods=_METHODS,
        kinds=_ALL_KINDS,
        transferees=(
            Transferee(
                "enrolled_firm",
                Audience.TRADER,
                (Purpose.HANDLING,),
                ("claim", "name", "contact", "representative", "trace", "account", "documents"),
                (
                    "The enrolled firm that you complain of, and no other",
                    "你所投訴的參與企業，別無其他企業",
                    "您所投诉的参与企业，不包括其他企业",
                ),
                (
                    "as the firm publishes it; told on request",
                    "以該企業公布者為準，可向我們查詢",
                    "以该企业公布的为准，可向我们查询",
                ),
            ),
            _HELPING,
            _LAW,
        ),
    ),
    must=(
        ("trader.organisation",),
        ("category",),
        ("nature",),
        ("particulars.name",),
        ("particulars.email", "particulars.phone", "particulars.address"),
        ("particulars.statement",),
    ),
    consent=_CONSENT,
    retention=_kept(2557, 30),
    rights=(
        RightTold("access", _ACCESS, LGPD_18),
        RightTold("correction", _CORRECTION, LGPD_18),
        RightTold("deletion", _DELETION, LGPD_18),
        RightTold(_WITHDRAW.code, _WITHDRAW.texts, LGPD_18),
    ),
    contact=(
        (
            "The data protection officer of the service, in writing, with the case number; the address is the one that "
            "the service publishes."
        ),
        "該服務的資料保障主任；請以書面提出並註明個案編號，地址以該服務公布者為準。",
        "该服务的个人信息保护负责人；请以书面提出并注明案件编号，地址以该服务公布的为准。",
    ),
)
"""The first month of the open data. Written for the same structure; the service's own text goes before it."""
