"""What a complainant is told of a criterion that their complaint does not meet: by its number.

The English is the sentence of the criterion itself (a test holds the two equal). A scheme that words a criterion of its
own is told in its own words. See the laws of the package.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

HONG_KONG: Final[Table] = MappingProxyType(
    {
        "E1": (
            "The trader does not take part in the scheme on the filing date.",
            "立案當日該商戶並非計劃參與者。",
            "登记当日该企业未入驻平台。",
        ),
        "E2": ("The purchase was not made online.", "有關交易並非網上購物。", "该交易并非网络购物。"),
        "E3": (
            "The complainant did not buy for private use.",
            "投訴人並非為私人用途購買。",
            "投诉人并非为生活消费购买。",
        ),
        "E4": ("It is a private sale between individuals.", "有關交易屬個人之間的買賣。", "该交易属于个人之间的买卖。"),
        "E5": (
            "It concerns a supply by Government, the performance of an investment, gambling or an auction.",
            "事項涉及政府提供的服務、投資表現、賭博或拍賣。",
            "事项涉及政府提供的服务、投资收益、博彩或拍卖。",
        ),
        "E6": (
            "Nothing tells which seller on the platform it was.",
            "未能辨識平台上的賣方。",
            "无法识别平台内的经营者。",
        ),
        "E7": (
            "The complainant's name or contact is missing.",
            "欠缺投訴人的姓名或聯絡方法。",
            "缺少投诉人的姓名或联系方式。",
        ),
        "E8": (
            "The facts or a specific request are missing.",
            "欠缺事實經過或具體要求。",
            "缺少事实经过或具体请求。",
        ),
        "E9": (
            "There is neither an order number nor a document of the order, the payment or the contract.",
            "既無訂單編號，亦無訂單、付款或合約文件。",
            "既无订单号，也无订单、付款或合同凭证。",
        ),
        "E10": ("The trader has not been asked first.", "尚未先與商戶交涉。", "尚未先与企业交涉。"),
        "E11": (
            "A court, an arbitration, an agency or an association has the matter, or has decided it.",
            "法院、仲裁機構、政府部門或協會正處理有關事項，或已作出決定。",
            "法院、仲裁机构、行政部门或协会正在处理该事项，或已作出处理。",
        ),
        "E12": (
            "The matter has been settled and performed: an officer says whether the facts are new.",
            "事項早前已和解並履行：是否屬新事實由職員判斷。",
            "事项此前已和解并履行：是否属于新事实由工作人员判断。",
        ),
        "E13": (
            "The trouble was known longer ago than the scheme allows.",
            "得悉問題的時間已超出計劃的期限。",
            "知悉问题的时间已超过受理期限。",
        ),
        "E14": (
            "The stated warranty or shelf life was over before the trouble was known.",
            "得悉問題前，所示的保用期或保質期已過。",
            "知悉问题前，所示的保修期或保质期已过。",
        ),
        "E15": (
            "There is an injury, a possible crime, a test to be made, or an amount above the ceiling.",
            "涉及受傷、懷疑罪行、須作檢驗，或金額超出上限。",
            "涉及人身伤害、涉嫌犯罪、需要检验，或金额超出上限。",
        ),
        "E16": (
            "A consent is for another purpose, or was given under a privacy notice of other terms than today's.",
            "某項同意屬其他目的，或按條款不同的舊版私隱聲明作出。",
            "某项同意属于其他目的，或按条款不同的旧版告知书作出。",
        ),
        "E17": (
            "The complainant is under age and no guardian acts.",
            "投訴人未成年，且沒有監護人代為行事。",
            "投诉人未成年，且没有监护人代为行事。",
        ),
        "E18": (
            "The agent's authority names no matter, or has run out.",
            "代理人的授權未有載明事項，或已屆滿。",
            "代理人的授权未载明事项，或已届满。",
        ),
        "E19": (
            "Another open case is over the same order: an officer says whether it is the same matter.",
            "同一訂單另有處理中的個案：是否同一事項由職員判斷。",
            "同一订单另有处理中的投诉：是否同一事项由工作人员判断。",
        ),
        "E20": (
            "Somebody suspects abuse: only a person decides on that.",
            "有人懷疑屬濫用投訴：只由職員決定。",
            "有人怀疑属于滥用投诉：只由工作人员决定。",
        ),
        "E21": (
            "A Mainland consumer complains of a Mainland platform: handled, and left out of Hong Kong's figures.",
            "內地消費者投訴內地平台：照常處理，但不計入香港的統計。",
            "内地消费者投诉内地平台：照常处理，但不计入香港的统计。",
        ),
        "E22": (
            "The privacy notice that was shown is none of the scheme's, or was shown after a consent was given.",
            "所展示的私隱聲明並非本計劃的版本，或在作出同意後才展示。",
            "所展示的告知书并非本平台的版本，或在作出同意后才展示。",
        ),
    }
)

BRAZIL: Final[Table] = MappingProxyType(
    {
        "BR1": (
            "The firm has not enrolled, or not on the filing date.",
            "該公司未有登記，或在立案當日未有登記。",
            "该公司未注册，或在投诉登记当日尚未注册。",
        ),
        "BR2": (
            "The consumer's name or contact is missing.",
            "欠缺消費者的姓名或聯絡方法。",
            "缺少消费者的姓名或联系方式。",
        ),
        "BR3": ("What happened is not told.", "未有說明事情經過。", "未说明事情经过。"),
        "BR4": (
            "The consent is for another purpose, or was given under a privacy notice of other terms than today's.",
            "該項同意屬其他目的，或按條款不同的舊版私隱聲明作出。",
            "该项同意属于其他目的，或按条款不同的旧版告知书作出。",
        ),
    }
)

UNMET: Final[Table] = MappingProxyType({**HONG_KONG, **BRAZIL})
"""By the number of the criterion."""
