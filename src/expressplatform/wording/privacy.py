"""What people read about their own data: each field, kinds of data, purposes, what follows from leaving something out.

Keys are paths into a complaint, values of codes, or names that `privacy` gives, as strings. See the laws of the
package. Whoever is asked for something is spoken to: "your name".
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

FIELDS: Final[Table] = MappingProxyType(
    {
        "nature": ("Nature of the complaint", "投訴性質", "投诉性质"),
        "category": ("Kind of goods or services", "商品或服務類別", "商品或服务类别"),
        "trader.organisation": ("The trader complained of", "被投訴的商戶", "被投诉的企业"),
        "trader.shop.platform": ("The platform on which the shop trades", "商店所在平台", "店铺所在平台"),
        "trader.shop.shop_id": ("The platform's number of the shop", "商店在平台上的編號", "店铺在平台上的编号"),
        "purchase.ordered_on": ("Day of the order", "訂購日期", "下单日期"),
        "purchase.paid": ("Amount paid", "已付金額", "已付金额"),
        "purchase.subject": ("What was sold: goods, services or another thing", "所售的類型", "所售的类型"),
        "purchase.bought_by": ("How you bought", "購買途徑", "购买途径"),
        "purchase.supplier": (
            "Who sold: a business or an individual",
            "賣方屬商戶或個人",
            "卖方属经营者或个人",
        ),
        "purchase.intended_market": (
            "The market that the goods were meant for",
            "商品原定銷售的市場",
            "商品原定销售的市场",
        ),
        "purchase.forwarder_used": ("Whether a forwarder carried it", "是否經集運公司運送", "是否经集运公司运送"),
        "dates.promised_on": ("Day promised for delivery", "承諾送貨日期", "承诺送达日期"),
        "dates.delivered_on": ("Day of delivery", "收貨日期", "收货日期"),
        "dates.known_on": ("Day on which you knew of the trouble", "發現問題的日期", "发现问题的日期"),
        "dates.warranty_until": (
            "Last day of the warranty or shelf life",
            "保用期或保質期的最後一日",
            "保修期或保质期的最后一日",
        ),
        "redress": ("What you ask for", "要求的解決方式", "要求的解决方式"),
        "claimed": ("Amount claimed", "索償金額", "索赔金额"),
        "prior_contact.contacted": ("Whether you asked the trader first", "是否已先與商戶交涉", "是否已先与企业交涉"),
        "prior_contact.on": ("Day on which you asked the trader", "與商戶交涉的日期", "与企业交涉的日期"),
        "prior_contact.outcome": ("What came of asking the trader", "與商戶交涉的結果", "与企业交涉的结果"),
        "proceedings": ("Whether another body has the matter", "是否已由其他機構處理", "是否已由其他机构处理"),
        "evidence": ("Kinds of your documents", "文件種類", "材料种类"),
        "flags.injury": ("Whether somebody was hurt", "是否有人受傷", "是否有人受伤"),
        "flags.crime": ("Whether a crime is possible", "是否可能涉及罪行", "是否可能涉及犯罪"),
        "flags.testing_needed": ("Whether the goods must be tested", "是否需要檢驗商品", "是否需要检测商品"),
        "flags.suspected_abuse": (
            "Whether an officer suspects abuse",
            "職員是否懷疑有人濫用投訴",
            "工作人员是否怀疑有人滥用投诉",
        ),
        "complainant.buyer": ("Whether you bought for private use", "是否為個人用途購買", "是否为个人用途购买"),
        "complainant.age": ("Age band", "年齡組別", "年龄段"),
        "complainant.residence": ("Where you live", "居住地區", "居住地区"),
        "complainant.guardian_acts": (
            "Whether a guardian acts, if you are under age",
            "如未成年，是否由監護人行事",
            "如未成年，是否由监护人代为行事",
        ),
        "complainant.language": ("Language for messages", "通訊語言", "联系所用语言"),
        "complainant.channel": ("Channel for messages", "通訊途徑", "联系途径"),
        "complainant.represented": ("Whether somebody acts for you", "是否由代表行事", "是否有代理人"),
        "complainant.authority.may_settle": (
            "If somebody acts for you: whether they may settle",
            "如由代表行事，代表可否和解",
            "如有代理人，代理人可否和解",
        ),
        "complainant.authority.until": (
            "If somebody acts for you: the last day of their authority",
            "如由代表行事，授權的最後一日",
            "如有代理人，授权的最后一日",
        ),
        "particulars.authority_matter": (
            "If somebody acts for you: the matter of their authority",
            "如由代表行事，授權的事項",
            "如有代理人，授权的事项",
        ),
        "particulars.representative_name": (
            "If somebody acts for you: their name",
            "如由代表行事，代表的姓名",
            "如有代理人，代理人的姓名",
        ),
        "particulars.representative_contact": (
            "If somebody acts for you: their contact",
            "如由代表行事，代表的聯絡方法",
            "如有代理人，代理人的联系方式",
        ),
        "particulars.name": ("Your name", "姓名", "姓名"),
        "particulars.email": ("E-mail address", "電郵地址", "电子邮箱"),
        "particulars.phone": ("Telephone number", "電話號碼", "电话号码"),
        "particulars.address": ("Postal address", "郵寄地址", "通信地址"),
        "particulars.order_number": ("Order number", "訂單編號", "订单编号"),
        "particulars.shop_page": ("Address of the shop's page", "商店網頁地址", "店铺网页地址"),
        "particulars.trader_contact": ("Contact of the seller", "賣方的聯絡方法", "卖方的联系方式"),
        "particulars.statement": ("What happened, in your words", "事件經過", "事情经过"),
        "particulars.request": ("What you ask for, in your words", "要求的說明", "诉求的说明"),
        "particulars.prior_contact": (
            "Your account of asking the trader",
            "與商戶交涉的經過",
            "与企业交涉的经过",
        ),
        "particulars.other_proceedings": (
            "Your account of what other bodies did",
            "其他機構處理的經過",
            "其他机构处理的经过",
        ),
        "particulars.evidence_names": ("Names of your documents", "文件名稱", "材料名称"),
        "call_code": ("Code that a caller must say first", "來電者須先說出的識別碼", "来电者须先说出的识别码"),
        "messages": ("Messages to the trader", "給商戶的訊息", "给企业的消息"),
        "consents": ("Your consent to each recipient", "對每一接收者的同意", "对每一接收方的同意"),
        "research_consent": ("Your consent to research", "對研究的同意", "对研究的同意"),
        "notice_shown.version": ("Version of the notice shown", "已展示的聲明版本", "已展示的告知书版本"),
        "notice_shown.language": ("Language of the notice shown", "已展示的聲明語言", "已展示的告知书语言"),
        "notice_shown.at": ("When the notice was shown", "展示聲明的時間", "展示告知书的时间"),
        "notice_shown.channel": ("How the notice was shown", "展示聲明的途徑", "展示告知书的途径"),
        "council_reference": ("The council's file number", "消費者委員會檔案編號", "消费者协会档案编号"),
    }
)
"""Every field of a complaint, by its path."""

KINDS: Final[Table] = MappingProxyType(
    {
        "claim": (
            "The trader, the purchase, what you ask for and what was done about it",
            "商戶、交易、你的要求及曾作的處理",
            "企业、交易、您的诉求及曾作的处理",
        ),
        "name": ("Your name", "你的姓名", "您的姓名"),
        "contact": ("How to reach you and in what language", "聯絡方法及語言", "联系方式及语言"),
        "representative": ("Who acts for you, and their authority", "你的代表及其授權", "您的代理人及其授权"),
        "trace": ("Order number, shop page, contact of the seller", "訂單編號、商店網頁、賣方聯絡方法",
                  "订单编号、店铺网页、卖方联系方式"),
        "account": ("Your account, in your own words", "你的陳述", "您的陈述"),
        "documents": ("Your documents: kinds and names", "你的文件：種類及名稱", "您的材料：种类及名称"),
        "person": (
            "Age band, place of residence, private use, guardian",
            "年齡組別、居住地區、個人用途、監護人",
            "年龄段、居住地区、个人用途、监护人",
        ),
        "circumstances": (
            "Injury, a possible crime, a test needed, suspected abuse",
            "受傷、可能的罪行、所需檢驗、懷疑濫用",
            "受伤、可能的犯罪、所需检测、怀疑滥用",
        ),
        "file": (
            "Consents, the notice shown, file number",
            "同意、已展示的聲明、檔案編號",
            "同意、已展示的告知书、档案编号",
        ),
    }
)  # fmt: skip
"""Kinds of data, as a notice names them; which fields each holds stands in `privacy.fields`."""

PURPOSES: Final[Table] = MappingProxyType(
    {
        "handling": (
            "To conciliate this complaint with the trader complained of.",
            "就本投訴與被投訴的商戶進行調停。",
            "就本投诉与被投诉的企业进行调解。",
        ),
        "directly_related": (
            "To do what conciliating this complaint brings with it, such as supervising those who handle it.",
            "辦理與調停本投訴直接有關的事務，例如監督處理人員。",
            "办理与调解本投诉直接相关的事务，例如监督经办人员。",
        ),
        "rights": (
            "To answer the person's own request for access, correction or a copy.",
            "回應當事人查閱、改正或索取副本的要求。",
            "答复本人查阅、更正或索取副本的请求。",
        ),
        "research": (
            "To study consumer matters. Apart from the complaint and never a condition of it.",
            "研究消費者事宜。與投訴分開，絕非處理投訴的條件。",
            "研究消费者事务。与投诉分开，绝非处理投诉的条件。",
        ),
        "law_enforcement": (
            "To help an authority against crime or seriously improper conduct, case by case and with a reason.",
            "協助執法機構處理罪行或嚴重不當行為，逐案進行並須有理由。",
            "协助行政机关处理犯罪或严重不当行为，逐案进行并须有理由。",
        ),
    }
)
"""What each purpose covers, as a sentence; its name stands in the table of its code."""

CONSEQUENCES: Final[Table] = MappingProxyType(
    {
        "not_recorded": (
            "Without it the complaint cannot be recorded.",
            "如不提供，投訴無法登記。",
            "如不提供，投诉无法登记。",
        ),
        "asked_again": (
            (
                "Without it you will be asked; while it is missing, the complaint goes to no trader and may in the end "
                "only be kept for record."
            ),
            "如不提供，我們會向你索取；未補交前投訴不會轉交商戶，最終可能只作記錄存檔。",
            "如不提供，我们会向您索取；未补充前投诉不会移转企业，最终可能仅作记录备查。",
        ),
        "officer": (
            "You need not give it; an officer may then have to decide without it.",
            "可不提供；職員可能須在欠缺此資料下作決定。",
            "可不提供；工作人员可能须在缺少此信息的情况下作出决定。",
        ),
        "none": (
            "You need not give it; the complaint is handled without it.",
            "可不提供；投訴照常處理。",
            "可不提供；投诉照常处理。",
        ),
        "no_sending": (
            "You are free to refuse. Nothing is then sent to that recipient, so that the scheme cannot go on.",
            "你可自由拒絕。如拒絕，資料不會送交該接收者，本計劃便無法繼續。",
            "您可自由拒绝。如拒绝，信息不会提供给该接收方，本平台流程即无法继续。",
        ),
        "no_research": (
            "You are free to refuse. The complaint is handled just the same.",
            "你可自由拒絕。投訴處理完全不受影響。",
            "您可自由拒绝。投诉处理完全不受影响。",
        ),
        "not_asked": (
            "You are not asked for it; the council notes it.",
            "毋須由你提供，由消費者委員會記錄。",
            "无需由您提供，由消费者协会记录。",
        ),
    }
)
"""What follows from leaving a field out."""

HEADINGS: Final[Table] = MappingProxyType(
    {
        "title": ("Privacy notice", "私隱聲明", "个人信息处理告知书"),
        "valid_from": ("Valid from", "生效日期", "生效日期"),
        "handler": ("Who handles your data", "誰處理你的資料", "谁处理您的个人信息"),
        "purposes": ("What for", "用途", "处理目的"),
        "methods": ("How", "處理方式", "处理方式"),
        "kinds": ("Which data", "資料種類", "个人信息种类"),
        "must": ("What you must give", "必須提供的資料", "必须提供的信息"),
        "may": ("All else is voluntary.", "其餘資料可自願提供。", "其余信息可自愿提供。"),
        "one_of": ("One of these", "以下任何一項", "以下任何一项"),
        "transferees": ("Who may be given it", "可能獲轉交資料的人士類別", "可能接收信息的类别"),
        "for": ("For", "目的", "目的"),
        "what": ("Data", "資料", "信息"),
        "reach": ("Contact", "聯絡", "联系"),
        "consent": ("Your consent", "你的同意", "您的同意"),
        "retention": ("How long it is kept", "保留期限", "保存期限"),
        "rights": ("Your rights", "你的權利", "您的权利"),
        "days": ("Days to answer", "答覆期限（日）", "答复期限（日）"),
        "contact": ("Whom to ask", "向誰查詢", "向谁咨询"),
    }
)
"""The headings and small words of a notice."""
