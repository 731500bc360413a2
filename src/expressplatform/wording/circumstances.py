"""What people read for the codes around a case: who, how, where, what was bought, what is disclosed and why.

Keys are names of classes and values of codes, as strings. See the laws of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

# --- people and places -----------------------------------------------------------------------------------------

ROLE: Final[Table] = MappingProxyType(
    {
        "complainant": ("Complainant", "投訴人", "投诉人"),
        "council": ("Council", "消費者委員會", "消费者协会"),
        "trader": ("Trader", "網上商戶", "电商企业"),
        "operator": ("Scheme operator", "計劃營運者", "平台运营方"),
        "auditor": ("Auditor", "審計員", "审计人员"),
        "clock": ("Time passed", "時限屆滿", "期限届满"),
    }
)

BUYER: Final[Table] = MappingProxyType(
    {
        "private": ("Private person", "個人", "个人"),
        "business": ("Business", "商業機構", "经营者"),
    }
)

SUPPLIER: Final[Table] = MappingProxyType(
    {
        "business": ("Business", "商戶", "经营者"),
        "individual": ("Individual", "個人賣家", "个人卖家"),
        "government": ("Government", "政府", "政府机构"),
    }
)

AGE_BAND: Final[Table] = MappingProxyType(
    {
        "under_14": ("Under 14", "未滿 14 歲", "不满 14 周岁"),
        "14_to_17": ("14 to 17", "14 至 17 歲", "14 至 17 周岁"),
        "adult": ("18 or over", "年滿 18 歲", "年满 18 周岁"),
    }
)

RESIDENCE: Final[Table] = MappingProxyType(
    {
        "hong_kong": ("Hong Kong", "香港", "香港"),
        "macao": ("Macao", "澳門", "澳门"),
        "mainland": ("Mainland of China", "中國內地", "中国内地"),
        "other": ("Elsewhere", "其他地方", "其他地区"),
    }
)

LANGUAGE: Final[Table] = MappingProxyType(
    {
        "en": ("English", "英文", "英文"),
        "zh-Hant": ("Traditional Chinese", "繁體中文", "繁体中文"),
        "zh-Hans": ("Simplified Chinese", "簡體中文", "简体中文"),
        "pt": ("Portuguese", "葡文", "葡萄牙文"),
    }
)

CHANNEL: Final[Table] = MappingProxyType(
    {
        "web": ("Website", "網站", "网站"),
        "app": ("App", "應用程式", "手机应用"),
        "email": ("E-mail", "電郵", "电子邮件"),
        "phone": ("Telephone", "電話", "电话"),
        "post": ("Post", "郵寄", "信函"),
        "counter": ("In person", "親身", "现场"),
    }
)

# --- the purchase ----------------------------------------------------------------------------------------------

BOUGHT_BY: Final[Table] = MappingProxyType(
    {
        "web": ("Website", "網站", "网站"),
        "app": ("App", "應用程式", "手机应用"),
        "live_stream": ("Live stream", "直播", "直播"),
        "phone": ("Telephone", "電話", "电话"),
        "shop": ("Shop", "實體店", "实体店"),
        "other": ("Other", "其他", "其他"),
    }
)

MARKET: Final[Table] = MappingProxyType(
    {
        "hong_kong": ("Hong Kong", "香港", "香港"),
        "mainland_only": ("Mainland only", "只限內地", "仅限内地"),
        "cross_border": ("Across the border", "跨境", "跨境"),
        "other": ("Other", "其他", "其他"),
    }
)

SUBJECT: Final[Table] = MappingProxyType(
    {
        "goods": ("Goods", "商品", "商品"),
        "services": ("Services", "服務", "服务"),
        "digital": ("Digital content", "數碼內容", "数字内容"),
        "investment": ("Investment", "投資", "投资"),
        "gambling": ("Gambling", "博彩", "博彩"),
        "auction": ("Auction", "拍賣", "拍卖"),
    }
)

EVIDENCE_KIND: Final[Table] = MappingProxyType(
    {
        "order": ("Order", "訂單", "订单"),
        "payment": ("Proof of payment", "付款證明", "付款凭证"),
        "delivery": ("Delivery record", "送貨記錄", "物流记录"),
        "correspondence": ("Correspondence", "往來通訊", "往来沟通记录"),
        "photograph": ("Photograph", "相片", "照片"),
        "contract": ("Contract", "合約", "合同"),
        "expert": ("Expert report", "專家報告", "鉴定报告"),
        "refund_proof": ("Proof of refund", "退款證明", "退款凭证"),
        "other": ("Other", "其他", "其他"),
    }
)

MEDIA_TYPE: Final[Table] = MappingProxyType(
    {
        "image/jpeg": ("JPEG picture", "JPEG 圖像", "JPEG 图片"),
        "image/png": ("PNG picture", "PNG 圖像", "PNG 图片"),
        "application/pdf": ("PDF document", "PDF 文件", "PDF 文件"),
        "text/plain": ("Plain text", "純文字", "纯文本"),
    }
)

# --- what went before ------------------------------------------------------------------------------------------

PROCEEDINGS: Final[Table] = MappingProxyType(
    {
        "none": ("None", "沒有", "没有"),
        "pending": ("Under way", "進行中", "进行中"),
        "decided": ("Decided", "已有裁決", "已有裁决"),
        "settled_and_performed": ("Settled and performed", "已和解並履行", "已和解并履行"),
    }
)

PRIOR_OUTCOME: Final[Table] = MappingProxyType(
    {
        "no_answer": ("No answer", "沒有回覆", "未回复"),
        "refused": ("Refused", "拒絕", "拒绝"),
        "partial": ("Met in part", "部分解決", "部分解决"),
        "promise_broken": ("Promise not kept", "未履行承諾", "未履行承诺"),
    }
)

# --- disclosure, transfer, erasure -----------------------------------------------------------------------------

AUDIENCE: Final[Table] = MappingProxyType(
    {
        "complainant": ("Complainant", "投訴人", "投诉人"),
        "council": ("Council", "消費者委員會", "消费者协会"),
        "cca": ("China Consumers' Association", "中國消費者協會", "中国消费者协会"),
        "trader": ("Trader", "網上商戶", "电商企业"),
        "authority": ("Authority", "執法或監管機構", "行政机关"),
        "public": ("Public", "公眾", "公众"),
    }
)

PURPOSE: Final[Table] = MappingProxyType(
    {
        "handling": ("Handling the complaint", "處理投訴", "处理投诉"),
        "directly_related": ("Directly related to handling it", "與處理投訴直接有關", "与处理投诉直接相关"),
        "rights": ("Answering a request about one's own data", "回應資料當事人的要求", "答复个人行使权利的请求"),
        "research": ("Research and statistics", "研究及統計", "研究与统计"),
        "law_enforcement": ("Law enforcement", "執法", "执法"),
    }
)

STAGE: Final[Table] = MappingProxyType(
    {
        "before": ("Before the trader obtains it", "商戶接收前", "企业接收前"),
        "handling": ("While the trader handles it", "商戶處理期間", "企业处理期间"),
        "after": ("After the trader's handling", "商戶處理後", "企业处理后"),
    }
)

BASIS: Final[Table] = MappingProxyType(
    {
        "separate_consent": ("Separate consent", "單獨同意", "单独同意"),
        "data_subject_request": ("Request of the person concerned", "資料當事人的要求", "个人的请求"),
        "statutory_duty": ("Statutory duty", "法定責任", "法定义务"),
    }
)

INSTRUMENT: Final[Table] = MappingProxyType(
    {
        "collaboration_agreement": ("Collaboration agreement", "合作協議", "合作协议"),
        "pcpd_model_clauses": (
            "Recommended model clauses of Hong Kong's Privacy Commissioner",
            "私隱專員公署建議合約條文範本",
            "香港私隐公署建议合同条文范本",
        ),
        "gba_standard_contract": (
            "Greater Bay Area standard contract",
            "粵港澳大灣區標準合同",
            "粤港澳大湾区标准合同",
        ),
        "cac_standard_contract": (
            "Standard contract for providing personal information abroad",
            "個人信息出境標準合同",
            "个人信息出境标准合同",
        ),
        "platform_terms": ("Terms of the platform", "平台條款", "平台条款"),
    }
)

ERASURE_REASON: Final[Table] = MappingProxyType(
    {
        "retention_over": ("Retention period over", "保留期已滿", "保存期限届满"),
        "request": ("Request of the person concerned", "資料當事人的要求", "个人的请求"),
        "purpose_spent": ("Purpose fulfilled", "目的已達", "处理目的已实现"),
        "key_destroyed": ("Key destroyed", "密鑰已銷毀", "密钥已销毁"),
    }
)

KEPT_GROUND: Final[Table] = MappingProxyType(
    {
        "nothing_kept": ("Nothing kept", "沒有保留", "未保留"),
        "legal_duty": ("Kept by duty of law", "因法律責任保留", "因法定义务保留"),
        "legal_claim": ("Kept for a legal claim", "因法律申索保留", "因法律请求权保留"),
    }
)

READING: Final[Table] = MappingProxyType(
    {
        "case": ("A case was opened", "開啟個案", "打开案件"),
        "search": ("A search by person", "按人搜尋", "按人查找"),
        "copy": ("A copy for the person", "給當事人的副本", "给当事人的副本"),
        "evidence": ("A document was opened", "開啟證據", "打开证据"),
        "message": ("A message was written", "撰寫訊息", "撰写消息"),
        "breach": ("Those affected were found", "查找受影響人士", "查找受影响的个人"),
    }
)

ATTENTION: Final[Table] = MappingProxyType(
    {
        "impostor": ("Somebody posed as the trader", "有人冒充商戶", "有人冒充企业"),
        "deletion_overdue": ("A deletion is overdue", "逾期未刪除", "逾期未删除"),
        "untold": ("The complainant is still to be told", "仍未告知投訴人", "尚未告知投诉人"),
        "breach_overdue": ("A breach is still to be told of", "逾期未就資料外洩作出通知", "逾期未就信息泄露作出通知"),
    }
)

EFFECT_KIND: Final[Table] = MappingProxyType(
    {
        "alert_trader": ("Alert the trader", "通知商戶", "通知企业"),
        "alert_duty": ("Alert whoever owes a deletion", "通知須刪除資料者", "通知须删除信息者"),
        "tell": ("Tell the complainant of a step", "通知投訴人個案進展", "告知投诉人处理进展"),
        "tell_upload": ("Tell the complainant of the upload", "通知投訴人已轉交", "告知投诉人已移转"),
        "destroy_key": ("Destroy the case's key", "銷毀個案密鑰", "销毁案件密钥"),
        "scan": ("Have a document scanned", "掃描證據檔案", "扫描证据文件"),
        "register_withdrawal": ("Put a withdrawn consent on the register", "登記已撤回的同意", "登记已撤回的同意"),
    }
)

CIRCUMSTANCES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "Role": ROLE,
        "Buyer": BUYER,
        "Supplier": SUPPLIER,
        "AgeBand": AGE_BAND,
        "Residence": RESIDENCE,
        "Language": LANGUAGE,
        "Channel": CHANNEL,
        "BoughtBy": BOUGHT_BY,
        "Market": MARKET,
        "Subject": SUBJECT,
        "EvidenceKind": EVIDENCE_KIND,
        "MediaType": MEDIA_TYPE,
        "Proceedings": PROCEEDINGS,
        "PriorOutcome": PRIOR_OUTCOME,
        "Audience": AUDIENCE,
        "Purpose": PURPOSE,
        "Stage": STAGE,
        "Basis": BASIS,
        "Instrument": INSTRUMENT,
        "ErasureReason": ERASURE_REASON,
        "KeptGround": KEPT_GROUND,
        "Reading": READING,
        "Attention": ATTENTION,
        "EffectKind": EFFECT_KIND,
    }
)
