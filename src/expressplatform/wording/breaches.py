"""What people read about a breach: its codes, what a report of it asks for, what those affected are told.

Keys are names of classes and values of codes, as strings, or the names that `privacy.breaches` gives to the headings of
a report. See the laws of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

# --- codes -----------------------------------------------------------------------------------------------------

BREACH_OF: Final[Table] = MappingProxyType(
    {
        "key": ("A key", "密鑰", "密钥"),
        "trader": ("A recipient's copy or key", "接收者的副本或密鑰", "接收方的副本或密钥"),
        "subject": ("The data of one person", "一名人士的資料", "某一个人的信息"),
        "backup": ("A copy of the stored data", "儲存資料的副本", "存储数据的副本"),
    }
)

BREACH_STATUS: Final[Table] = MappingProxyType(
    {
        "open": ("Nobody told yet", "仍未通知任何一方", "尚未通知任何一方"),
        "authority_told": ("The authority is told", "已通知主管機構", "已通知主管部门"),
        "persons_told": ("Those affected are told", "已通知受影響人士", "已通知受影响的个人"),
        "all_told": ("All are told", "已通知各方", "已通知各方"),
        "closed": ("Closed", "已結束", "已结案"),
    }
)

BREACH_STEP: Final[Table] = MappingProxyType(
    {
        "open_breach": ("Open a breach", "開立外洩記錄", "建立泄露记录"),
        "describe": ("Say more of it", "補充說明", "补充说明"),
        "tell_authority": ("Tell the authority", "通知主管機構", "通知主管部门"),
        "tell_persons": ("Tell those affected", "通知受影響人士", "通知受影响的个人"),
        "close_breach": ("Close it", "結束記錄", "结束记录"),
    }
)

BREACHES: Final[Mapping[str, Table]] = MappingProxyType(
    {"BreachOf": BREACH_OF, "BreachStatus": BREACH_STATUS, "BreachStep": BREACH_STEP}
)
"""The codes of breaches, by the names of their classes."""

# --- what happened, and how the data were protected -----------------------------------------------------------------

HAPPENED: Final[Table] = MappingProxyType(
    {
        "key": (
            "A key that opens complaints was lost, or somebody may have seen it whom it is not for.",
            "一條可開啟投訴的密鑰已經遺失，或可能被無關的人看到。",
            "一把可打开投诉的密钥已经丢失，或可能被无关人员看到。",
        ),
        "trader": (
            "An organisation that was given complaints lost its copy of them, or somebody else may have seen it.",
            "一個曾獲轉交投訴的機構遺失了有關副本，或副本可能被其他人看到。",
            "一个曾收到投诉的机构丢失了有关副本，或副本可能被他人看到。",
        ),
        "subject": (
            "Somebody may have seen your complaint whom it is not for.",
            "你的投訴可能被無關的人看到。",
            "您的投诉可能被无关人员看到。",
        ),
        "backup": (
            "A copy of the stored complaints was lost, or somebody may have seen it whom it is not for.",
            "一份投訴資料的副本已經遺失，或可能被無關的人看到。",
            "一份投诉数据的副本已经丢失，或可能被无关人员看到。",
        ),
    }
)
"""What happened, for those affected: by what was lost."""

PROTECTED: Final[Table] = MappingProxyType(
    {
        "key": (
            "What is personal is sealed under a key of each case. Whoever has keys still needs the stored data.",
            "個人資料以每宗個案的密鑰加密。取得密鑰的人仍須取得儲存的資料。",
            "个人信息以每个案件的密钥加密。取得密钥的人仍须取得存储的数据。",
        ),
        "trader": (
            "What was given out is no longer under the council's seal. Only the fields recorded below were given.",
            "已轉交的資料不再受消費者委員會加密保護。所轉交的只限下列資料項目。",
            "已提供的信息不再受协会加密保护。所提供的仅限下列信息项目。",
        ),
        "subject": (
            "What is personal is sealed where it is stored; what an officer opens is open.",
            "個人資料在儲存時已加密；職員開啟後即為可讀。",
            "个人信息在存储时已加密；工作人员打开后即可读。",
        ),
        "backup": (
            "What is personal is sealed in the copy, under keys kept apart. Codes, dates and amounts are not sealed.",
            "副本內的個人資料已加密，密鑰另行存放。代碼、日期及金額並無加密。",
            "副本内的个人信息已加密，密钥另行存放。代码、日期及金额未加密。",
        ),
    }
)
"""How the data were protected, for an authority: by what was lost."""

SELF_HELP: Final = (
    (
        "Be careful when somebody calls or writes about your complaint. Neither the council nor a trader asks for a "
        "password, for a code that your bank or your telephone shows you, for the number of your card, or for money. "
        "If somebody does, end the conversation and tell us. Change a password that you wrote into your complaint, and "
        "look at the statements of your bank and your card for what you do not know."
    ),
    (
        "如有人就你的投訴致電或來訊，請提高警覺。本會及商戶絕不會向你索取密碼、銀行或電話上顯示的驗證碼、銀行卡號碼，"
        "亦不會要求你付款。如有人提出這類要求，請立即結束對話並告知本會。如你曾在投訴內寫下密碼，請更改密碼，"
        "並留意銀行及信用卡月結單上有沒有不明交易。"
    ),
    (
        "如有人就您的投诉来电或来信，请提高警惕。本会及企业绝不会向您索要密码、银行或手机上显示的验证码、银行卡号，"
        "也不会要求您付款。如有人提出此类要求，请立即结束对话并告知本会。如您曾在投诉中写下密码，请更改密码，"
        "并留意银行及信用卡账单上有无不明交易。"
    ),
)
"""What those affected can do themselves (PIPL Art 57(2))."""

ASK: Final = (
    "The council that took your complaint.",
    "處理你投訴的消費者委員會。",
    "受理您投诉的消费者协会。",
)
"""Whom to ask, where the privacy notice of a scheme is not known."""

# --- the headings of a report ---------------------------------------------------------------------------------------

HEADINGS: Final[Table] = MappingProxyType(
    {
        "organisation": ("Organisation that reports", "作出通報的機構", "报告单位"),
        "contact": ("Whom to ask", "聯絡人", "联系人"),
        "incident": ("What was lost or seen, and when", "事故詳情及時間", "事件情况及时间"),
        "noticed": ("When it was noticed", "發現事故的時間", "发现事件的时间"),
        "cause": ("Cause, or what is suspected", "事故原因或懷疑原因", "事件原因或可能原因"),
        "kinds": ("Kinds of personal data", "涉及的個人資料類別", "涉及的个人信息种类"),
        "affected": ("How many are affected", "受影響的個案及人數", "受影响的投诉及人数"),
        "others": ("Other organisations that hold the data", "持有有關資料的其他機構", "持有有关信息的其他机构"),
        "protection": ("How the data were protected", "資料的保護情況", "信息的保护情况"),
        "harm": ("Harm that may follow", "可能造成的損害", "可能造成的危害"),
        "measures": ("What was done about it", "已採取的補救措施", "已采取的补救措施"),
        "self_help": ("What those affected can do", "受影響人士可採取的措施", "个人可以采取的减轻危害的措施"),
        "authority_told": ("Whether an authority was told", "是否已通知主管機構", "是否已通知主管部门"),
        "persons_told": ("Whether those affected were told", "是否已通知受影響人士", "是否已通知受影响的个人"),
    }
)
"""What a report asks for, by heading."""
