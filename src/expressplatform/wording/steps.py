"""What people read for the steps of a case: what can be asked for, what happened, what comes next.

Keys are names of classes of commands and events, and values of statuses, as strings. See the laws of the package.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

COMMANDS: Final[Table] = MappingProxyType(
    {
        "Lodge": ("Lodge a complaint", "提交投訴", "提交投诉"),
        "Acknowledge": ("Acknowledge receipt", "確認收件", "确认收件"),
        "RequestInformation": ("Request information", "要求補交資料", "要求补充材料"),
        "SupplyInformation": ("Supply information", "補交資料", "补充材料"),
        "Accept": ("Accept the complaint", "受理投訴", "受理投诉"),
        "Decline": ("Decline the complaint", "不受理投訴", "不予受理"),
        "Upload": ("Upload to the trader", "上載給商戶", "移转企业"),
        "Redirect": ("Turn to another trader", "轉交另一商戶", "转交另一企业"),
        "TakeUp": ("Take up the matter", "由消委會跟進", "由消协继续处理"),
        "Record": ("Keep for record", "記錄存檔", "记录备查"),
        "Obtain": ("Obtain the details", "接收個案詳情", "接收投诉详情"),
        "ReportAttempt": ("Report an attempt to contact", "回報曾嘗試聯絡", "反馈曾尝试联系"),
        "ReportContact": ("Report contact", "回報已聯絡", "反馈已联系"),
        "AskInformation": ("Ask for information", "查詢資料", "询问信息"),
        "AskTime": ("Ask for more time", "申請延期", "申请延期"),
        "GrantTime": ("Grant more time", "批准延期", "同意延期"),
        "RefuseTime": ("Refuse more time", "不批准延期", "不同意延期"),
        "MakeOffer": ("Propose a settlement", "提出和解方案", "提出和解方案"),
        "AcceptOffer": ("Accept the proposal", "接受方案", "接受方案"),
        "DeclineOffer": ("Decline the proposal", "不接受方案", "不接受方案"),
        "ReportResolution": ("Report the result", "回報結果", "反馈处理结果"),
        "ReportPerformance": ("Report performance", "回報已履行", "反馈已履行"),
        "ContradictPerformance": ("Report non-performance", "回報未履行", "反馈未履行"),
        "ReportImpasse": ("Report that no settlement was reached", "回報未能和解", "反馈未达成和解"),
        "Reject": ("Send the case back", "退回個案", "退回投诉"),
        "Recall": ("Recall the case", "收回個案", "收回投诉"),
        "Confirm": ("Confirm as resolved", "確認已解決", "确认已解决"),
        "Dispute": ("Say that it is not resolved", "表示未解決", "表示未解决"),
        "ReportBreach": ("Report a breach of what was agreed", "舉報未履行協議", "反映未履行协议"),
        "Withdraw": ("Withdraw the complaint", "撤回投訴", "撤回投诉"),
        "GiveConsent": ("Give consent", "給予同意", "作出同意"),
        "WithdrawConsent": ("Withdraw consent", "撤回同意", "撤回同意"),
        "SetResearchConsent": ("Set consent to research", "設定研究同意", "设置研究用途同意"),
        "Disclose": ("Disclose data", "披露資料", "提供信息"),
        "ShareEvidence": ("Share evidence", "分享證據", "共享证据"),
        "Redact": ("Mask a document", "遮蓋文件內容", "遮盖文件内容"),
        "Correct": ("Correct personal data", "改正個人資料", "更正个人信息"),
        "ConfirmDeletion": ("Confirm deletion", "確認刪除", "确认删除"),
        "Erase": ("Erase personal data", "刪除個人資料", "删除个人信息"),
        "Lapse": ("Let the time run out", "時限屆滿", "期限届满"),
        "Remind": ("Remind", "提醒", "提醒"),
        "MissDeadline": ("Note a missed deadline", "記錄逾期", "记录逾期"),
        "Reschedule": ("Compute the deadline again", "重新計算限期", "重新计算期限"),
        "StopClock": ("Stop the clock", "暫停計時", "中止计时"),
        "ResumeClock": ("Resume the clock", "恢復計時", "恢复计时"),
        "Close": ("Close the case", "結案", "办结"),
        "Reopen": ("Reopen the case", "重開個案", "恢复处理"),
        "SetReference": ("Set one's own reference", "設定自用編號", "设置自用编号"),
        "AddMessage": ("Add a message", "新增訊息", "添加消息"),
        "AddEvidence": ("Add evidence", "新增證據", "添加证据"),
        "AddNote": ("Add a note", "新增備註", "添加备注"),
        "Assign": ("Assign an officer", "指派職員", "指派工作人员"),
        "Hold": ("Hold erasure", "暫緩刪除", "暂缓删除"),
        "ReleaseHold": ("Release the hold", "解除暫緩刪除", "解除暂缓删除"),
        "ReportImpostor": ("Report an impostor", "舉報冒充商戶", "举报冒充企业"),
    }
)
"""What can be asked for, as a button says it."""

EVENTS: Final[Table] = MappingProxyType(
    {
        "Lodged": ("Complaint lodged", "已提交投訴", "已提交投诉"),
        "Acknowledged": ("Receipt acknowledged", "已確認收件", "已确认收件"),
        "InformationRequested": ("Information requested", "已要求補交資料", "已要求补充材料"),
        "InformationSupplied": ("Information supplied", "已補交資料", "已补充材料"),
        "Accepted": ("Complaint accepted", "已受理投訴", "已受理投诉"),
        "Declined": ("Complaint left outside the scheme", "投訴不屬計劃範圍", "投诉不属于受理范围"),
        "Uploaded": ("Case uploaded to the trader", "個案已上載給商戶", "投诉已移转企业"),
        "Redirected": ("Case turned to another trader", "個案已轉交另一商戶", "投诉已转交另一企业"),
        "TakenUp": ("Matter taken up by the council", "消委會已跟進", "消协已继续处理"),
        "Recorded": ("Case kept for record", "個案已記錄存檔", "投诉已记录备查"),
        "Obtained": ("Details obtained by the trader", "商戶已接收個案詳情", "企业已接收投诉详情"),
        "AttemptReported": ("Trader tried to make contact", "商戶曾嘗試聯絡", "企业曾尝试联系"),
        "ContactReported": ("Trader made contact", "商戶已聯絡投訴人", "企业已联系投诉人"),
        "InformationAsked": ("Trader asked for information", "商戶查詢資料", "企业询问信息"),
        "TimeAsked": ("Trader asked for more time", "商戶申請延期", "企业申请延期"),
        "TimeGranted": ("More time granted", "已批准延期", "已同意延期"),
        "TimeRefused": ("More time refused", "不獲批准延期", "未同意延期"),
        "OfferMade": ("Settlement proposed", "商戶提出和解方案", "企业提出和解方案"),
        "OfferAccepted": ("Proposal accepted", "投訴人接受方案", "投诉人接受方案"),
        "OfferDeclined": ("Proposal declined", "投訴人不接受方案", "投诉人不接受方案"),
        "ResolutionReported": ("Result reported by the trader", "商戶已回報結果", "企业已反馈处理结果"),
        "PerformanceReported": ("Promised relief reported as arrived", "已回報履行承諾", "已反馈履行承诺"),
        "PerformanceContradicted": (
            "Promised relief reported as not arrived",
            "已回報未履行承諾",
            "已反馈未履行承诺",
        ),
        "ImpasseReported": ("No settlement reached", "商戶回報未能和解", "企业反馈未达成和解"),
        "Rejected": ("Case sent back by the trader", "商戶退回個案", "企业退回投诉"),
        "Recalled": ("Case recalled by the council", "消委會收回個案", "消协收回投诉"),
        "Confirmed": ("Complainant confirmed: resolved", "投訴人確認已解決", "投诉人确认已解决"),
        "Disputed": ("Complainant disputed: not resolved", "投訴人表示未解決", "投诉人表示未解决"),
        "BreachReported": ("Breach of what was agreed reported", "投訴人舉報未履行協議", "投诉人反映未履行协议"),
        "Withdrawn": ("Complaint withdrawn", "已撤回投訴", "已撤回投诉"),
        "ConsentGiven": ("Consent given", "已給予同意", "已作出同意"),
        "ConsentWithdrawn": ("Consent withdrawn", "已撤回同意", "已撤回同意"),
        "ResearchConsentSet": ("Consent to research set", "已設定研究同意", "已设置研究用途同意"),
        "Disclosed": ("Data disclosed", "已披露資料", "已提供信息"),
        "EvidenceShared": ("Evidence shared", "已分享證據", "已共享证据"),
        "Redacted": ("Document masked", "已遮蓋文件內容", "已遮盖文件内容"),
        "Corrected": ("Personal data corrected", "已改正個人資料", "已更正个人信息"),
        "DeletionConfirmed": ("Trader confirmed deletion", "商戶確認已刪除", "企业确认已删除"),
        "Erased": ("Personal data erased", "已刪除個人資料", "已删除个人信息"),
        "Lapsed": ("Time ran out", "時限已屆滿", "期限已届满"),
        "Reminded": ("Reminder given", "已發出提醒", "已发送提醒"),
        "DeadlineMissed": ("Deadline missed", "已逾期", "已逾期"),
        "Rescheduled": ("Deadline computed again", "已重新計算限期", "已重新计算期限"),
        "ClockStopped": ("Clock stopped", "已暫停計時", "已中止计时"),
        "ClockResumed": ("Clock resumed", "已恢復計時", "已恢复计时"),
        "Closed": ("Case closed", "個案已結案", "投诉已办结"),
        "Reopened": ("Case reopened", "個案已重開", "投诉已恢复处理"),
        "ReferenceSet": ("Own reference set", "已設定自用編號", "已设置自用编号"),
        "MessageAdded": ("Message added", "已新增訊息", "已添加消息"),
        "EvidenceAdded": ("Evidence added", "已新增證據", "已添加证据"),
        "NoteAdded": ("Note added", "已新增備註", "已添加备注"),
        "Assigned": ("Officer assigned", "已指派職員", "已指派工作人员"),
        "Held": ("Erasure held", "已暫緩刪除", "已暂缓删除"),
        "HoldReleased": ("Hold on erasure released", "已解除暫緩刪除", "已解除暂缓删除"),
        "ImpostorReported": ("Impostor reported", "已舉報冒充商戶", "已举报冒充企业"),
    }
)
"""What happened, as a line of a timeline says it."""

NEXT_STEPS: Final[Table] = MappingProxyType(
    {
        "lodged": (
            "{who} checks whether the scheme takes the complaint, by {due}.",
            "{who}會於 {due} 或之前審核投訴是否屬計劃範圍。",
            "{who}将于 {due} 前（含当日）审核是否受理。",
        ),
        "needs_information": (
            "{who} waits for the information asked for, until {due}; after that the case is only kept for record.",
            "{who}等候補交資料，直至 {due}；逾期個案只會記錄存檔。",
            "{who}等待补充材料，截至 {due}；逾期仅作记录备查。",
        ),
        "eligible": (
            "{who} uploads the case to the trader by {due}.",
            "{who}會於 {due} 或之前把個案上載給商戶。",
            "{who}将于 {due} 前（含当日）将投诉移转企业。",
        ),
        "outside_scheme": (
            "Outside the scheme: {who} decides by {due} whether to handle the matter itself or to keep it for record.",
            "不屬計劃範圍：{who}會於 {due} 或之前決定自行跟進或記錄存檔。",
            "不属于受理范围：{who}将于 {due} 前（含当日）决定继续处理或记录备查。",
        ),
        "uploaded": (
            "Waiting for {who} to obtain the case and report the result, until {due}.",
            "等候{who}接收個案並回報結果，直至 {due}。",
            "等待{who}接收投诉并反馈处理结果，截至 {due}。",
        ),
        "obtained": (
            "Waiting for {who} to contact the complainant and report the result, until {due}.",
            "等候{who}聯絡投訴人並回報結果，直至 {due}。",
            "等待{who}联系投诉人并反馈处理结果，截至 {due}。",
        ),
        "in_conciliation": (
            "Waiting for {who} to report the result, until {due}.",
            "等候{who}回報結果，直至 {due}。",
            "等待{who}反馈处理结果，截至 {due}。",
        ),
        "resolution_reported": (
            "{who} has reported its result; the complainant may confirm or dispute it until {due}.",
            "{who}已回報結果；投訴人可於 {due} 或之前確認或反對。",
            "{who}已反馈处理结果；投诉人可于 {due} 前（含当日）确认或不认可。",
        ),
        "resolved": (
            "Resolved; if {who} does not keep to what was agreed, say so by {due}.",
            "已解決；如{who}未有履行協議，請於 {due} 或之前提出。",
            "已解决；如{who}未履行协议，请于 {due} 前（含当日）提出。",
        ),
        "referred_back": (
            "Referred back: {who} decides how to go on by {due}.",
            "已轉介回{who}，{who}會於 {due} 或之前決定跟進方式。",
            "已退回{who}，{who}将于 {due} 前（含当日）决定后续处理方式。",
        ),
        "further_handling": (
            "{who} handles the matter itself, until {due}.",
            "{who}正進一步跟進，限期為 {due}。",
            "{who}正在继续处理，期限为 {due}。",
        ),
        "recorded": (
            "Kept for record; personal data is kept until {due}.",
            "已記錄存檔；個人資料保留至 {due}。",
            "已记录备查；个人信息保存至 {due}。",
        ),
        "closed": (
            "Closed; personal data is kept until {due}.",
            "已結案；個人資料保留至 {due}。",
            "已办结；个人信息保存至 {due}。",
        ),
        "withdrawn": (
            "Withdrawn; personal data is kept until {due}.",
            "已撤回；個人資料保留至 {due}。",
            "已撤回；个人信息保存至 {due}。",
        ),
        "erased": (
            "Personal data has been erased; nothing more follows.",
            "個人資料已刪除，毋須再作跟進。",
            "个人信息已删除，无需进一步处理。",
        ),
    }
)
"""What comes next in each status: ``{who}`` is a council or a trader, ``{due}`` a local day."""
