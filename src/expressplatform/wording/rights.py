"""What people read when they ask about their own data: the codes of a request, and the headings of an answer.

Keys are names of classes and values of codes, as strings, and names of headings. See the laws of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

RIGHT: Final[Table] = MappingProxyType(
    {
        "access": ("Access to one's own data", "查閱個人資料要求", "查阅、复制个人信息"),
        "correction": ("Correction of one's own data", "改正個人資料要求", "更正个人信息请求"),
        "erasure": ("Erasure of one's own data", "刪除個人資料要求", "删除个人信息请求"),
        "objection": ("Objection to the use of one's own data", "反對使用個人資料", "拒绝处理个人信息"),
    }
)

RIGHTS_STEP: Final[Table] = MappingProxyType(
    {
        "request_right": ("Make a request", "提出要求", "提出请求"),
        "answer": ("Answer the request", "回應要求", "答复请求"),
        "refuse": ("Refuse the request", "拒絕要求", "拒绝请求"),
    }
)

RIGHTS_STATUS: Final[Table] = MappingProxyType(
    {
        "open": ("Open", "處理中", "处理中"),
        "answered": ("Answered", "已回應", "已答复"),
        "refused": ("Refused", "已拒絕", "已拒绝"),
    }
)

IDENTITY_PROOF: Final[Table] = MappingProxyType(
    {
        "document_seen": ("A document was shown", "已出示證件", "已出示证件"),
        "called_back": ("Called back on the number on file", "已致電記錄上的電話號碼", "已回拨登记的电话号码"),
        "message_answered": (
            "Answered a message to the address on file",
            "已回覆寄往記錄上地址的訊息",
            "已回复发往登记地址的消息",
        ),
        "questions_answered": (
            "Answered questions about the case",
            "已回答有關個案的問題",
            "已回答有关投诉的问题",
        ),
        "account": ("Signed in to their own account", "已登入本人帳戶", "已登录本人账户"),
    }
)

REFUSAL_SECTION: Final[Table] = MappingProxyType(
    {
        "pdpo_20_1_a": (
            "PDPO s.20(1)(a): who asks could not be made sure of",
            "《私隱條例》第20(1)(a)條：未能確定要求者身分",
            "《私隐条例》第20(1)(a)条：未能确定请求人身份",
        ),
        "pdpo_20_1_b": (
            "PDPO s.20(1)(b): only with another person's data",
            "《私隱條例》第20(1)(b)條：會披露他人的個人資料",
            "《私隐条例》第20(1)(b)条：会披露他人的个人信息",
        ),
        "pdpo_20_1_c": (
            "PDPO s.20(1)(c): an ordinance forbids it for now",
            "《私隱條例》第20(1)(c)條：現時受條例禁止",
            "《私隐条例》第20(1)(c)条：现时受条例禁止",
        ),
        "pdpo_20_3_a": (
            "PDPO s.20(3)(a): not in writing in Chinese or English",
            "《私隱條例》第20(3)(a)條：並非以中文或英文書面提出",
            "《私隐条例》第20(3)(a)条：并非以中文或英文书面提出",
        ),
        "pdpo_20_3_b": (
            "PDPO s.20(3)(b): too little to find the data by",
            "《私隱條例》第20(3)(b)條：資訊不足以找出資料",
            "《私隐条例》第20(3)(b)条：信息不足以查找资料",
        ),
        "pdpo_20_3_c": (
            "PDPO s.20(3)(c): repeated, and unreasonable",
            "《私隱條例》第20(3)(c)條：重複提出而不合理",
            "《私隐条例》第20(3)(c)条：重复提出且不合理",
        ),
        "pdpo_20_3_d": (
            "PDPO s.20(3)(d): another body controls the data",
            "《私隱條例》第20(3)(d)條：資料由另一資料使用者控制",
            "《私隐条例》第20(3)(d)条：资料由另一资料使用者控制",
        ),
        "pdpo_58": (
            "PDPO s.58: it would harm the prevention or detection of crime",
            "《私隱條例》第58條：會損害防止或偵測罪行",
            "《私隐条例》第58条：会损害防止或侦查罪行",
        ),
        "pdpo_24_1": (
            "PDPO s.24(1): who asks could not be made sure of",
            "《私隱條例》第24(1)條：未能確定要求者身分",
            "《私隐条例》第24(1)条：未能确定请求人身份",
        ),
        "pdpo_24_3_a": (
            "PDPO s.24(3)(a): not in writing in Chinese or English",
            "《私隱條例》第24(3)(a)條：並非以中文或英文書面提出",
            "《私隐条例》第24(3)(a)条：并非以中文或英文书面提出",
        ),
        "pdpo_24_3_b": (
            "PDPO s.24(3)(b): the data are not shown to be wrong",
            "《私隱條例》第24(3)(b)條：不信納資料不準確",
            "《私隐条例》第24(3)(b)条：未能确认资料不准确",
        ),
        "pdpo_24_3_c": (
            "PDPO s.24(3)(c): not told in what way the data are wrong",
            "《私隱條例》第24(3)(c)條：未獲告知資料如何不準確",
            "《私隐条例》第24(3)(c)条：未获告知资料如何不准确",
        ),
        "pdpo_24_3_d": (
            "PDPO s.24(3)(d): the correction is not shown to be right",
            "《私隱條例》第24(3)(d)條：不信納改正準確",
            "《私隐条例》第24(3)(d)条：未能确认更正准确",
        ),
        "pdpo_24_3_e": (
            "PDPO s.24(3)(e): another body controls the data",
            "《私隱條例》第24(3)(e)條：資料由另一資料使用者控制",
            "《私隐条例》第24(3)(e)条：资料由另一资料使用者控制",
        ),
        "pdpo_26_1_a": (
            "PDPO s.26(1)(a): a law forbids erasing",
            "《私隱條例》第26(1)(a)條：法律禁止刪除",
            "《私隐条例》第26(1)(a)条：法律禁止删除",
        ),
        "pdpo_26_1_b": (
            "PDPO s.26(1)(b): the public interest asks to keep it",
            "《私隱條例》第26(1)(b)條：不刪除符合公眾利益",
            "《私隐条例》第26(1)(b)条：不删除符合公众利益",
        ),
        "pipl_47": (
            "PIPL Art 47: it must be kept longer by law, or cannot be deleted for technical reasons",
            "《個人信息保護法》第四十七條：法定保存期限未屆滿或技術上難以刪除",
            "《个人信息保护法》第四十七条：法定保存期限未届满或技术上难以实现删除",
        ),
        "pipl_44": (
            "PIPL Art 44: a law or regulation says otherwise",
            "《個人信息保護法》第四十四條：法律、行政法規另有規定",
            "《个人信息保护法》第四十四条：法律、行政法规另有规定",
        ),
        "pipl_50": (
            "PIPL Art 50: who asks could not be made sure of",
            "《個人信息保護法》第五十條：未能確定要求者身分",
            "《个人信息保护法》第五十条：未能确定请求人身份",
        ),
    }
)

WITHHOLDING: Final[Table] = MappingProxyType(
    {
        "representative": (
            "Name and contact of a representative: they would tell who another person is",
            "代表的姓名及聯絡資料：會透露他人的身分",
            "代理人的姓名及联系方式：会透露他人的身份",
        ),
        "staff": (
            "Who of the staff acted, wrote or read: that would tell who another person is",
            "經辦、撰寫或查閱的職員身分：會透露他人的身分",
            "经办、撰写或查阅的工作人员身份：会透露他人的身份",
        ),
    }
)

RIGHTS_RESULT: Final[Table] = MappingProxyType(
    {
        "copied": ("A copy is given", "已提供副本", "已提供副本"),
        "facts_only": (
            "Erased: only facts that name nobody are left",
            "個人資料已刪除，只餘下不涉身分的事實",
            "个人信息已删除，仅余不涉身份的事实",
        ),
        "corrected": ("Corrected", "已改正", "已更正"),
        "unchanged": (
            "Nothing in it was to be corrected",
            "個案內沒有需要改正的資料",
            "该投诉中没有需要更正的信息",
        ),
        "may_be_erased": (
            "May be erased: two officers carry it out",
            "可以刪除：須由兩名職員執行",
            "可以删除：须由两名工作人员执行",
        ),
        "not_ended": (
            "Not erased: the case has not ended",
            "未能刪除：個案尚未完結",
            "暂不删除：投诉尚未办结",
        ),
        "on_hold": (
            "Not erased: the case must be kept for now",
            "未能刪除：個案現時必須保留",
            "暂不删除：投诉目前必须保留",
        ),
        "erased": ("Erased before", "早前已刪除", "此前已删除"),
        "consent_withdrawn": ("The consent is withdrawn", "同意已撤回", "同意已撤回"),
        "nothing_to_withdraw": (
            "No consent to that recipient stands any more",
            "沒有仍然有效的同意",
            "没有仍然有效的同意",
        ),
    }
)

REQUESTS: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "Right": RIGHT,
        "RightsStep": RIGHTS_STEP,
        "RightsStatus": RIGHTS_STATUS,
        "IdentityProof": IDENTITY_PROOF,
        "RefusalSection": REFUSAL_SECTION,
        "Withholding": WITHHOLDING,
        "RightsResult": RIGHTS_RESULT,
    }
)

HEADINGS: Final[Table] = MappingProxyType(
    {
        "title": ("Answer to your request", "對你要求的回覆", "对您请求的答复"),
        "number": ("Number", "編號", "编号"),
        "kind": ("Request", "要求", "请求"),
        "name": ("Name", "姓名", "姓名"),
        "opened_at": ("Received", "收到日期", "收到日期"),
        "answered_at": ("Answered", "回覆日期", "答复日期"),
        "nothing_held": (
            "No personal data are held under this name and contact.",
            "沒有以此姓名及聯絡資料持有的個人資料。",
            "在此姓名及联系方式下未保存任何个人信息。",
        ),
        "case": ("Case", "個案", "投诉"),
        "result": ("Result", "結果", "结果"),
        "status": ("Status", "狀況", "状态"),
        "facts": ("Where the case stands", "個案狀況", "投诉状态"),
        "data": ("What is held", "持有的資料", "保存的信息"),
        "earlier": ("What was held before", "早前持有的資料", "此前保存的信息"),
        "consents": ("Consents", "同意", "同意"),
        "withdrawn": ("Consents taken back", "已撤回的同意", "已撤回的同意"),
        "events": ("What happened and what was said", "經過及所述內容", "经过及所述内容"),
        "disclosures": ("Who was given what", "曾向誰提供甚麼資料", "曾向谁提供何种信息"),
        "readings": ("Who has read it", "誰曾查閱", "谁曾查阅"),
        "deletions": ("What recipients confirmed", "接收者的確認", "接收方的确认"),
        "holdings": ("Who obtained a copy", "誰取得副本", "谁取得副本"),
        "withheld": ("What is left out, and why", "略去的內容及原因", "略去的内容及原因"),
        "none": ("None", "沒有", "无"),
    }
)
"""The headings of an answer."""

NAMES: Final[Table] = MappingProxyType(
    {
        "id": ("Number", "編號", "编号"),
        "reference": ("Reference", "檔案編號", "投诉编号"),
        "status": ("Status", "狀況", "状态"),
        "erased": ("Erased", "已刪除", "已删除"),
        "trader": ("Trader", "商戶", "企业"),
        "lodged_at": ("Lodged", "提交日期", "提交日期"),
        "filed_at": ("Officially filed", "正式立案日期", "正式登记日期"),
        "changed_at": ("Last change", "最後更新", "最后更新"),
        "on_hold": ("Must be kept for now", "現時必須保留", "目前必须保留"),
        "claimed_outcome": ("Outcome as claimed", "商戶報稱的結果", "企业反馈的结果"),
        "outcome": ("Outcome", "結果", "结果"),
        "word": ("What the complainant said", "消費者的表示", "消费者的表示"),
        "rating": ("Rating", "評分", "评分"),
        "at": ("When", "時間", "时间"),
        "values": ("Read", "當時為", "当时为"),
        "recipient": ("Recipient", "接收者", "接收方"),
        "organisation": ("Organisation", "機構", "机构"),
        "audience": ("Kind of recipient", "接收者類別", "接收方类别"),
        "fields": ("Fields", "資料項目", "信息项目"),
        "purpose": ("Purpose", "目的", "目的"),
        "basis": ("Ground", "依據", "依据"),
        "article": ("Provision", "條文", "条款"),
        "notice": ("Privacy notice", "私隱聲明版本", "告知书版本"),
        "use_until": ("May be used until", "可使用至", "可使用至"),
        "given_at": ("Given", "作出日期", "作出日期"),
        "channel": ("Channel", "途徑", "途径"),
        "role": ("By", "查閱者", "查阅者"),
        "how": ("In what way", "方式", "方式"),
        "ground": ("Why kept", "保留依據", "保留依据"),
        "kept": ("What was kept", "保留的資料", "保留的信息"),
        "obtained_at": ("Obtained", "取得日期", "取得日期"),
        "must_delete_since": ("Told to delete", "獲通知刪除", "获通知删除"),
        "must_renew_since": ("Told to read a correction", "獲通知查閱已改正的資料", "获通知查阅已更正的信息"),
        "confirmed_at": ("Deletion confirmed", "已確認刪除", "已确认删除"),
        "text": ("Words", "內容", "内容"),
        "yes": ("Yes", "是", "是"),
        "no": ("No", "否", "否"),
    }
)
"""What the parts of an answer are called, as its document names them."""
