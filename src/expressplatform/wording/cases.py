"""What people read for the codes that say how a case stands, what it is about and how it came out.

Keys are names of classes and values of codes, as strings. See the laws of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

STATUS: Final[Table] = MappingProxyType(
    {
        "lodged": ("Lodged", "已提交", "已提交"),
        "needs_information": ("Needs information", "待補資料", "待补充材料"),
        "eligible": ("Accepted as eligible", "受理", "受理"),
        "outside_scheme": ("Outside the scheme", "不屬計劃範圍", "不属于受理范围"),
        "uploaded": ("Uploaded", "已上載", "移转"),
        "obtained": ("Obtained by the trader", "商戶已接收", "企业已接收"),
        "in_conciliation": ("In conciliation", "調停中", "协商和解中"),
        "resolution_reported": ("Resolution reported by the trader", "商戶報稱已解決", "企业反馈已解决"),
        "resolved": ("Resolved", "已解決", "已解决"),
        "referred_back": ("Referred back to the council", "轉介回消委會", "退回消协"),
        "further_handling": ("Further handling", "進一步跟進", "继续处理"),
        "recorded": ("Kept for record", "記錄存檔", "记录备查"),
        "closed": ("Closed", "結案", "办结"),
        "withdrawn": ("Withdrawn", "撤回", "撤回投诉"),
        "erased": ("Erased", "個人資料已刪除", "个人信息已删除"),
    }
)

NATURE: Final[Table] = MappingProxyType(
    {
        "late_delivery": ("Late delivery", "延遲送貨", "延迟发货"),
        "non_delivery": ("Not delivered, or lost on the way", "未收貨或寄失", "未收到货或丢件"),
        "not_as_described": ("Not as described", "貨不對辦", "货不对板"),
        "defective": ("Defective or of poor quality", "質量問題", "质量"),
        "counterfeit": ("Counterfeit", "冒牌", "假冒"),
        "return_refused": ("Return, exchange or refund refused", "退換貨糾紛", "退换货"),
        "price": ("Price or charges", "價格收費", "价格"),
        "contract": ("Contract changed or ended", "更改或終止合約", "合同"),
        "false_publicity": ("False publicity", "虛假宣傳", "虚假宣传"),
        "after_sales": ("After-sales service", "售後服務", "售后服务"),
        "safety": ("Safety", "安全", "安全"),
        "measurement": ("Weight or measure", "計量", "计量"),
        "dignity": ("Personal dignity", "人格尊嚴", "人格尊严"),
        "sales_practice": ("Sales practice", "營商手法", "营销手法"),
        "service_quality": ("Quality of service", "服務質素", "服务质量"),
        "shop_closure": ("Shop closed down", "結業", "停业"),
        "account": ("Account or personal data", "帳戶或個人資料", "账户或个人信息"),
        "other": ("Other", "其他", "其他"),
    }
)

CATEGORY: Final[Table] = MappingProxyType(
    {
        "appliances": ("Household appliances", "家庭電器", "家用电器"),
        "electronics": ("Computers and electronics", "電腦及電子產品", "电脑及电子产品"),
        "telecom": ("Telecommunications", "電訊", "通信"),
        "clothing": ("Clothing, shoes and bags", "服裝、鞋履及手袋", "服装、鞋帽及箱包"),
        "cosmetics": ("Cosmetics and personal care", "化妝及個人護理用品", "化妆品及个人护理用品"),
        "food": ("Food and drink", "食品及飲品", "食品及饮料"),
        "home": ("Furniture and household goods", "傢俬及家居用品", "家具及日用品"),
        "toys": ("Toys and children's goods", "玩具及兒童用品", "玩具及儿童用品"),
        "health": ("Health and medical goods", "保健及醫療用品", "保健及医疗用品"),
        "travel": ("Travel and accommodation", "旅遊及住宿", "旅游及住宿"),
        "tickets": ("Tickets and entertainment", "票務及娛樂", "票务及娱乐"),
        "finance": ("Payment and financial services", "支付及金融服務", "支付及金融服务"),
        "education": ("Education and courses", "教育及課程", "教育培训"),
        "other_goods": ("Other goods", "其他商品", "其他商品"),
        "other_services": ("Other services", "其他服務", "其他服务"),
    }
)

REDRESS: Final[Table] = MappingProxyType(
    {
        "refund": ("Refund", "退款", "退款"),
        "return_and_refund": ("Return and refund", "退貨退款", "退货退款"),
        "exchange": ("Exchange", "換貨", "换货"),
        "repair": ("Repair", "維修", "维修"),
        "resend": ("Send again, or what is missing", "補寄", "补寄"),
        "complete_delivery": ("Deliver as ordered", "履行送貨", "继续履行"),
        "price_difference": ("Refund of the price difference", "退差價", "退差价"),
        "compensation": ("Compensation", "賠償", "赔偿损失"),
        "punitive": ("Punitive damages", "懲罰性賠償", "惩罚性赔偿"),
        "cancel_contract": ("Cancel the contract", "解除合約", "解除合同"),
        "apology": ("Apology", "道歉", "赔礼道歉"),
        "explanation": ("Explanation", "解釋", "说明"),
        "correct_data": ("Correct the data held", "改正資料", "更正信息"),
        "other": ("Other", "其他", "其他"),
    }
)

OUTCOME: Final[Table] = MappingProxyType(
    {
        "settled_monetary": ("Settled, with money", "和解（金錢）", "和解（金钱）"),
        "settled_non_monetary": ("Settled, without money", "和解（非金錢）", "和解（非金钱）"),
        "partly_settled": ("Partly settled", "部分和解", "部分和解"),
        "explanation_only": ("Explanation only", "僅作解釋", "仅作说明"),
        "refused": ("Refused", "拒絕", "拒绝"),
        "no_response": ("No response in time", "逾期無回覆", "逾期未回复"),
        "not_reachable": ("Complainant not reachable", "無法聯絡投訴人", "无法联系投诉人"),
        "wrong_trader": ("Not this trader", "非該商戶", "非本企业"),
        "not_settled": ("Not settled", "未能和解", "未达成和解"),
    }
)

WORD: Final[Table] = MappingProxyType(
    {
        "confirmed": ("Complainant confirms", "消費者確認", "消费者确认"),
        "disputed": ("Complainant disputes", "消費者不同意", "消费者不认可"),
        "silent": ("Complainant did not say", "消費者未回應", "消费者未回应"),
    }
)

REJECTION_RULE: Final[Table] = MappingProxyType(
    {
        "not_our_customer": ("Not a customer of ours", "並非本商戶的顧客", "非本企业消费者"),
        "not_our_shop": ("Not a shop of ours", "並非本商戶的店舖", "非本企业店铺"),
        "duplicate": ("Duplicate", "重複", "重复"),
        "settled_before": ("Settled before", "早前已和解", "此前已和解"),
        "before_court": ("Before a court or tribunal", "已進入法律程序", "已进入诉讼或仲裁"),
        "outside_criteria": ("Outside the scheme's criteria", "不符計劃準則", "不符合受理条件"),
    }
)

DECLINE_REASON: Final[Table] = MappingProxyType(
    {
        "criteria_not_met": ("Criteria not met", "不符準則", "不符合受理条件"),
        "trader_not_participant": ("Trader does not take part", "商戶並非參與者", "企业未入驻"),
        "no_information": ("Information not supplied", "未有補交資料", "未补充材料"),
        "no_consent": ("No consent to send it on", "未獲同意轉交", "未同意移转"),
        "abusive": ("Abusive", "濫用投訴", "滥用投诉"),
        "other_body": ("For another body to handle", "屬其他機構的職責", "属于其他机构职责"),
    }
)

DUTY: Final[Table] = MappingProxyType(
    {
        "acknowledge": ("Acknowledge receipt", "確認收件", "确认收件"),
        "screen": ("Screen the complaint", "審核投訴", "审核投诉"),
        "supply": ("Supply information", "補交資料", "补充材料"),
        "upload": ("Upload to the trader", "上載給商戶", "移转企业"),
        "obtain": ("Obtain the case", "接收個案", "接收投诉"),
        "contact": ("Contact the complainant", "聯絡投訴人", "联系投诉人"),
        "resolve": ("Report the result", "回報結果", "反馈处理结果"),
        "confirm": ("Confirm or dispute the result", "確認或反對結果", "确认或不认可结果"),
        "follow_up": ("Decide how to go on", "決定跟進方式", "决定后续处理方式"),
        "handle": ("Handle further", "進一步跟進", "继续处理"),
        "breach_window": ("Report a breach of what was agreed", "舉報未履行協議", "反映未履行协议"),
        "retain": ("Keep for the retention period", "保留至期滿", "保存至期满"),
    }
)

STOP_REASON: Final[Table] = MappingProxyType(
    {
        "testing": ("Testing or appraisal", "檢驗或鑑定", "检验检测鉴定"),
        "waiting_for_complainant": ("Waiting for the complainant", "等候投訴人", "等待投诉人"),
        "waiting_for_other_body": ("Waiting for another body", "等候其他機構", "等待其他机构"),
        "manager_review": ("Under review by the scheme", "計劃覆核中", "平台复核中"),
        "force_majeure": ("Events beyond control", "不可抗力", "不可抗力"),
    }
)

EFFECT: Final[Table] = MappingProxyType(
    {
        "block": ("Rules it out", "不予受理", "不予受理"),
        "ask": ("Ask for information", "須補資料", "需补充材料"),
        "warn": ("Warning", "警告", "警告"),
        "flag": ("Marked", "已標示", "已标记"),
        "officer": ("An officer decides", "由職員決定", "由工作人员决定"),
    }
)

RESULT: Final[Table] = MappingProxyType(
    {
        "met": ("Met", "符合", "符合"),
        "not_met": ("Not met", "不符合", "不符合"),
        "unknown": ("Unknown", "未知", "未知"),
    }
)

VERDICT: Final[Table] = MappingProxyType(
    {
        "eligible": ("Eligible", "符合準則", "符合受理条件"),
        "ineligible": ("Ineligible", "不受理", "不予受理"),
        "needs_information": ("Needs information", "待補資料", "待补充材料"),
        "officer": ("An officer decides", "由職員決定", "由工作人员决定"),
    }
)

CASES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "Status": STATUS,
        "Nature": NATURE,
        "Category": CATEGORY,
        "Redress": REDRESS,
        "Outcome": OUTCOME,
        "Word": WORD,
        "RejectionRule": REJECTION_RULE,
        "DeclineReason": DECLINE_REASON,
        "Duty": DUTY,
        "StopReason": STOP_REASON,
        "Effect": EFFECT,
        "Result": RESULT,
        "Verdict": VERDICT,
    }
)
