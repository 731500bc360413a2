"""What a complainant is told of a step: the subject of each letter, and what stands below its body.

Keys of `SUBJECTS` name the occasion; the bodies stand in `letter_bodies`. Below a body stand what happens next in the
status that the case has (`NEXT`), how to answer (`ANSWER`), and the title of the scheme. Open places, filled by
`str.format`: ``{reference}`` of the case, ``{trader}`` as people call it, ``{due}`` the last local day as an ISO date,
``{link}`` the address of the case's own page. See the laws of the package.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

SUBJECTS: Final[Table] = MappingProxyType(
    {
        "lodged": (
            "We have your complaint: {reference}",
            "本會已收到你的投訴：{reference}",
            "本会已收到您的投诉：{reference}",
        ),
        "information_requested": (
            "We need more from you for complaint {reference}",
            "投訴 {reference}：請補交資料",
            "投诉 {reference}：请补充材料",
        ),
        "information_supplied": (
            "What you sent for complaint {reference} has arrived",
            "投訴 {reference}：已收到補交資料",
            "投诉 {reference}：已收到补充材料",
        ),
        "accepted": (
            "Your complaint {reference} has been accepted",
            "你的投訴 {reference} 已獲受理",
            "您的投诉 {reference} 已受理",
        ),
        "declined": (
            "The scheme does not take your complaint {reference}",
            "你的投訴 {reference} 不屬計劃範圍",
            "您的投诉 {reference} 不予受理",
        ),
        "uploaded": (
            "Your complaint {reference} is with {trader}",
            "你的投訴 {reference} 已轉交 {trader}",
            "您的投诉 {reference} 已移转 {trader}",
        ),
        "redirected": (
            "Your complaint {reference} turns to another trader",
            "你的投訴 {reference} 將轉交另一商戶",
            "您的投诉 {reference} 将转交另一企业",
        ),
        "taken_up": (
            "We handle your complaint {reference} ourselves",
            "本會正跟進你的投訴 {reference}",
            "本会正在继续处理您的投诉 {reference}",
        ),
        "recorded": (
            "Your complaint {reference} is kept for record",
            "你的投訴 {reference} 已記錄存檔",
            "您的投诉 {reference} 已记录备查",
        ),
        "attempt_reported": (
            "The trader could not reach you (complaint {reference})",
            "商戶未能與你聯絡（投訴 {reference}）",
            "企业未能与您联系（投诉 {reference}）",
        ),
        "contact_reported": (
            "The trader says that it has spoken with you (complaint {reference})",
            "商戶表示已與你聯絡（投訴 {reference}）",
            "企业表示已与您联系（投诉 {reference}）",
        ),
        "information_asked": (
            "The trader has a question for you (complaint {reference})",
            "商戶向你查詢資料（投訴 {reference}）",
            "企业向您询问信息（投诉 {reference}）",
        ),
        "date_moved": (
            "A date has changed in complaint {reference}",
            "投訴 {reference}：限期有變",
            "投诉 {reference}：期限有变",
        ),
        "offer_made": (
            "The trader proposes a settlement (complaint {reference})",
            "商戶提出和解方案（投訴 {reference}）",
            "企业提出和解方案（投诉 {reference}）",
        ),
        "offer_accepted": (
            "You have accepted a settlement (complaint {reference})",
            "你已接受和解方案（投訴 {reference}）",
            "您已接受和解方案（投诉 {reference}）",
        ),
        "resolution_reported": (
            "The trader reports a result: say whether it is right (complaint {reference})",
            "商戶已回報結果，請確認或反對（投訴 {reference}）",
            "企业已反馈处理结果，请确认或提出异议（投诉 {reference}）",
        ),
        "performance_reported": (
            "What was promised is said to have arrived (complaint {reference})",
            "商戶承諾的事項據報已履行（投訴 {reference}）",
            "企业承诺的事项据反馈已履行（投诉 {reference}）",
        ),
        "returned": (
            "Your complaint {reference} has come back to us",
            "你的投訴 {reference} 已轉介回本會",
            "您的投诉 {reference} 已退回本会",
        ),
        "confirmed": (
            "You have confirmed: resolved (complaint {reference})",
            "你已確認個案解決（投訴 {reference}）",
            "您已确认解决（投诉 {reference}）",
        ),
        "disputed": (
            "You have said: not resolved (complaint {reference})",
            "你已表示個案未解決（投訴 {reference}）",
            "您已表示未解决（投诉 {reference}）",
        ),
        "withdrawn": (
            "Your complaint {reference} has been withdrawn",
            "你的投訴 {reference} 已撤回",
            "您的投诉 {reference} 已撤回",
        ),
        "consent_withdrawn": (
            "Your consent has been taken back (complaint {reference})",
            "你的同意已撤回（投訴 {reference}）",
            "您的同意已撤回（投诉 {reference}）",
        ),
        "corrected": (
            "Data about you have been corrected (complaint {reference})",
            "你的個人資料已改正（投訴 {reference}）",
            "您的个人信息已更正（投诉 {reference}）",
        ),
        "information_missing": (
            "Nothing came: complaint {reference} is kept for record",
            "投訴 {reference}：未收到資料，已記錄存檔",
            "投诉 {reference}：未收到材料，已记录备查",
        ),
        "silence": (
            "You have not answered: complaint {reference} counts as resolved",
            "你未有回應：投訴 {reference} 視作已解決",
            "您未回应：投诉 {reference} 视为已解决",
        ),
        "ended": (
            "Complaint {reference} is closed",
            "投訴 {reference} 已結束",
            "投诉 {reference} 已结束",
        ),
        "remind_supply": (
            "Reminder: we still wait for you (complaint {reference})",
            "提示：本會仍等候你補交資料（投訴 {reference}）",
            "提示：本会仍在等待您补充材料（投诉 {reference}）",
        ),
        "remind_confirm": (
            "Reminder: soon your silence will count (complaint {reference})",
            "提示：逾期不回應即視作已解決（投訴 {reference}）",
            "提示：逾期不回应即视为已解决（投诉 {reference}）",
        ),
        "deadline_missed": (
            "We are late with your complaint {reference}",
            "投訴 {reference}：本會未能如期處理",
            "投诉 {reference}：本会未能按期处理",
        ),
        "closed": (
            "We have closed your complaint {reference}",
            "你的投訴 {reference} 已結案",
            "您的投诉 {reference} 已办结",
        ),
        "reopened": (
            "Your complaint {reference} has been reopened",
            "你的投訴 {reference} 已重開",
            "您的投诉 {reference} 已恢复处理",
        ),
        "message_added": (
            "There is a message for you (complaint {reference})",
            "你有新訊息（投訴 {reference}）",
            "您有新消息（投诉 {reference}）",
        ),
        "evidence_added": (
            "The trader has added a document (complaint {reference})",
            "商戶已新增文件（投訴 {reference}）",
            "企业已添加文件（投诉 {reference}）",
        ),
        "impostor_reported": (
            "You reported a false caller (complaint {reference})",
            "你舉報有人冒充商戶（投訴 {reference}）",
            "您举报有人冒充企业（投诉 {reference}）",
        ),
    }
)

NEXT: Final[Table] = MappingProxyType(
    {
        "lodged": (
            "What happens next: we check by {due} whether the scheme takes your complaint. You need do nothing.",
            "下一步：本會於 {due} 或之前審核投訴是否屬計劃範圍。你毋須採取行動。",
            "下一步：本会于 {due} 前（含当日）审核是否受理。您无需采取行动。",
        ),
        "needs_information": (
            (
                "What happens next: you must act, by {due}. If nothing has come by then, the complaint is only kept "
                "for "
                "record."
            ),
            "下一步：請你於 {due} 或之前補交資料；逾期個案只會記錄存檔。",
            "下一步：请您于 {due} 前（含当日）补充材料；逾期仅作记录备查。",
        ),
        "eligible": (
            "What happens next: we upload your complaint to {trader} by {due}. You need do nothing.",
            "下一步：本會於 {due} 或之前把投訴上載給 {trader}。你毋須採取行動。",
            "下一步：本会于 {due} 前（含当日）将投诉移转 {trader}。您无需采取行动。",
        ),
        "outside_scheme": (
            "What happens next: we decide by {due} whether to handle the matter ourselves or to keep it for record.",
            "下一步：本會於 {due} 或之前決定自行跟進或記錄存檔。",
            "下一步：本会于 {due} 前（含当日）决定继续处理或记录备查。",
        ),
        "uploaded": (
            (
                "What happens next: {trader} must act. It has until {due} to read the complaint, to speak with you "
                "and to "
                "report the result."
            ),
            "下一步：{trader} 須於 {due} 或之前查閱個案、與你聯絡並回報結果。",
            "下一步：{trader} 须于 {due} 前（含当日）查阅投诉、与您联系并反馈处理结果。",
        ),
        "obtained": (
            "What happens next: {trader} must act. It has until {due} to speak with you and to report the result.",
            "下一步：{trader} 須於 {due} 或之前與你聯絡並回報結果。",
            "下一步：{trader} 须于 {due} 前（含当日）与您联系并反馈处理结果。",
        ),
        "in_conciliation": (
            "What happens next: {trader} must act. It has until {due} to report the result.",
            "下一步：{trader} 須於 {due} 或之前回報結果。",
            "下一步：{trader} 须于 {due} 前（含当日）反馈处理结果。",
        ),
        "resolution_reported": (
            (
                "What happens next: you must act, by {due}. Say whether the matter is resolved or not. If you say "
                "nothing "
                "by then, it counts as resolved, and the record says that you were silent; we remind you before that."
            ),
            (
                "下一步：請你於 {due} 或之前表明事情是否已解決。如你逾期未有回應，個案視作已解決，"
                "紀錄會註明你未有回應；在此之前本會將提醒你。"
            ),
            (
                "下一步：请您于 {due} 前（含当日）表明问题是否已解决。如您逾期未回应，投诉视为已解决，"
                "记录将注明您未回应；在此之前本会将提醒您。"
            ),
        ),
        "resolved": (
            (
                "What happens next: if {trader} does not do what was agreed, or the matter is not resolved after "
                "all, tell "
                "us by {due}. After that the complaint is closed."
            ),
            "下一步：如 {trader} 未有履行協議，或事情其實未解決，請於 {due} 或之前告知本會。其後個案會結束。",
            "下一步：如 {trader} 未履行协议，或问题其实未解决，请于 {due} 前（含当日）告知本会。此后投诉将结束。",
        ),
        "referred_back": (
            (
                "What happens next: we must act. We decide by {due} how to go on: to handle the matter ourselves, "
                "to turn "
                "it to a trader once more, or to keep it for record."
            ),
            "下一步：本會於 {due} 或之前決定跟進方式：自行跟進、再轉交商戶，或記錄存檔。",
            "下一步：本会于 {due} 前（含当日）决定后续处理方式：继续处理、再次移转企业，或记录备查。",
        ),
        "further_handling": (
            "What happens next: we must act. We handle the matter ourselves, and mean to end it by {due}.",
            "下一步：本會正進一步跟進，限期為 {due}。",
            "下一步：本会正在继续处理，期限为 {due}。",
        ),
        "recorded": (
            (
                "What happens next: nothing more. Data about you are kept until {due} and then erased; if there are "
                "new "
                "facts, write to us before that."
            ),
            "下一步：毋須再作跟進。你的個人資料保留至 {due}，其後刪除；如有新事實，請在此之前告知本會。",
            "下一步：无需再作处理。您的个人信息保存至 {due}，此后删除；如有新事实，请在此之前告知本会。",
        ),
        "closed": (
            (
                "What happens next: nothing more, the complaint is closed. Data about you are kept until {due} and "
                "then "
                "erased; if there are new facts, write to us before that."
            ),
            "下一步：個案已結束。你的個人資料保留至 {due}，其後刪除；如有新事實，請在此之前告知本會。",
            "下一步：投诉已结束。您的个人信息保存至 {due}，此后删除；如有新事实，请在此之前告知本会。",
        ),
        "withdrawn": (
            (
                "What happens next: nothing more, the complaint is withdrawn. Data about you are kept until {due} "
                "and then "
                "erased; if there are new facts, write to us before that."
            ),
            "下一步：投訴已撤回。你的個人資料保留至 {due}，其後刪除；如有新事實，請在此之前告知本會。",
            "下一步：投诉已撤回。您的个人信息保存至 {due}，此后删除；如有新事实，请在此之前告知本会。",
        ),
    }
)
"""What happens next, by when, and who must act: by the status that the case has when the letter is written."""

ANSWER: Final[Table] = MappingProxyType(
    {
        "by_link": (
            (
                "To see your complaint, to answer or to add something, open this link. It is yours alone, holds for "
                "{days} days, and asks for a code that we then send you:\n{link}"
            ),
            (
                "如要查閱投訴、回覆或補充資料，請開啟以下連結。連結只供你使用，{days} 日內有效；"
                "開啟後本會將向你發出驗證碼：\n"
                "{link}"
            ),
            (
                "如要查看投诉、回复或补充材料，请打开以下链接。链接仅供您使用，{days} 日内有效；"
                "打开后本会将向您发送验证码：\n"
                "{link}"
            ),
        ),
        "by_other_means": (
            "To answer, or to ask, write to us or call us and give your number: {reference}",
            "如要回覆或查詢，請來信或致電本會並提供投訴編號：{reference}",
            "如要回复或咨询，请来信或致电本会并提供投诉编号：{reference}",
        ),
    }
)
"""How the complainant answers: with a link, or where the council has no pages of its own."""
