"""What a complainant is told of a step: the body of each letter.

Keys name the occasion, as in `letters`. Open places besides those that `letters` names: ``{code}`` what callers must
say first, ``{missing}`` and ``{reasons}`` lists of one line each, ``{why}`` a sentence of `WHY`, ``{outcome}`` the
trader's or the council's word for the result, ``{recipient}`` whose consent was taken back, ``{duty}`` what is late.
See the laws of the package.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table, Texts

BODIES: Final[Table] = MappingProxyType(
    {
        "lodged": (
            "Your complaint has arrived. Its number is {reference}.",
            "本會已收到你的投訴，編號為 {reference}。",
            "本会已收到您的投诉，编号为 {reference}。",
        ),
        "information_requested": (
            "We cannot judge your complaint {reference} yet. This is missing:\n{missing}",
            "本會暫未能審核你的投訴 {reference}，尚欠以下資料：\n{missing}",
            "本会暂时无法审核您的投诉 {reference}，尚缺以下材料：\n{missing}",
        ),
        "information_supplied": (
            (
                "What you sent for your complaint {reference} has arrived. The day on which all is there is the day "
                "from "
                "which we count."
            ),
            "本會已收到你就投訴 {reference} 補交的資料。計算限期以資料齊備當日為準。",
            "本会已收到您就投诉 {reference} 补充的材料。期限自材料齐备之日起计算。",
        ),
        "accepted": (
            "The scheme takes your complaint {reference} against {trader}.",
            "計劃已受理你對 {trader} 的投訴 {reference}。",
            "平台已受理您对 {trader} 的投诉 {reference}。",
        ),
        "declined": (
            (
                "Your complaint {reference} stays outside the scheme, for these reasons:\n{reasons}\n\n"
                "This says nothing of your rights against the trader: a court or another body may still be open to "
                "you. If "
                "a reason is wrong, tell us."
            ),
            (
                "你的投訴 {reference} 不屬計劃範圍，原因如下：\n{reasons}\n\n"
                "這不影響你對商戶的權利，你仍可循法院或其他機構尋求協助。如原因有誤，請告知本會。"
            ),
            (
                "您的投诉 {reference} 不予受理，原因如下：\n{reasons}\n\n"
                "这不影响您对企业的权利，您仍可向法院或其他机构寻求帮助。如原因有误，请告知本会。"
            ),
        ),
        "uploaded": (
            (
                "Your complaint {reference} is now with {trader}.\n\n"
                "Whoever calls or writes to you for {trader} must first tell you this code: {code}\n"
                "If somebody does not, end the conversation and tell us. Give the code to nobody: they must know "
                "it.\n\n"
                "To settle a complaint {trader} never asks for a password, for a code that your bank or your "
                "telephone "
                "shows you, for the number of your card, or for money."
            ),
            (
                "你的投訴 {reference} 已轉交 {trader}。\n\n"
                "任何人代表 {trader} 致電或來訊，必須先向你說出這個識別碼：{code}\n"
                "如對方未能說出，請立即結束對話並告知本會。請勿向任何人透露識別碼：對方理應知道。\n\n"
                "處理投訴時，{trader} 絕不會向你索取密碼、銀行或電話上顯示的驗證碼、銀行卡號碼，亦不會要求你付款。"
            ),
            (
                "您的投诉 {reference} 已移转 {trader}。\n\n"
                "任何人代表 {trader} 来电或来信，必须先说出以下识别码：{code}\n"
                "如对方说不出，请立即结束对话并告知本会。请勿向任何人透露识别码：对方理应知道。\n\n"
                "处理投诉时，{trader} 绝不会向您索要密码、银行或手机上显示的验证码、银行卡号，也不会要求您付款。"
            ),
        ),
        "redirected": (
            (
                "Your complaint {reference} turns to {trader}, under the same number and with the same filing date. "
                "Whoever "
                "had it before must delete it. It goes to {trader} only with your consent to that."
            ),
            (
                "你的投訴 {reference} 將轉交 {trader}，編號及立案日期不變。先前的商戶須刪除有關資料。"
                "須獲你同意，投訴才會轉交 {trader}。"
            ),
            (
                "您的投诉 {reference} 将转交 {trader}，编号及登记日期不变。先前的企业须删除相关信息。"
                "须经您同意，投诉才会移转 {trader}。"
            ),
        ),
        "taken_up": (
            "We have taken up your complaint {reference} ourselves.",
            "本會已自行跟進你的投訴 {reference}。",
            "本会将继续处理您的投诉 {reference}。",
        ),
        "recorded": (
            "Your complaint {reference} is kept for record. We do nothing more about it.",
            "你的投訴 {reference} 已記錄存檔，本會不再跟進。",
            "您的投诉 {reference} 已记录备查，本会不再处理。",
        ),
        "attempt_reported": (
            (
                "{trader} tried to reach you about your complaint {reference} and did not. Please see that the "
                "telephone "
                "number and the address you gave us are right. Callers must say the code from our letter first."
            ),
            (
                "{trader} 曾就投訴 {reference} 嘗試聯絡你，但未能成功。請核對你提供的電話號碼及地址是否正確。"
                "來電者必須先說出本會信中的識別碼。"
            ),
            (
                "{trader} 曾就投诉 {reference} 尝试联系您，但未成功。请核对您提供的电话号码及地址是否正确。"
                "来电者必须先说出本会来信中的识别码。"
            ),
        ),
        "contact_reported": (
            (
                "{trader} says that it has spoken with you about your complaint {reference}. If nobody did, or if "
                "whoever "
                "did could not say the code from our letter, tell us."
            ),
            "{trader} 表示已就投訴 {reference} 與你聯絡。如無人聯絡你，或對方未能說出本會信中的識別碼，請告知本會。",
            "{trader} 表示已就投诉 {reference} 与您联系。如无人联系您，或对方说不出本会来信中的识别码，请告知本会。",
        ),
        "information_asked": (
            "{trader} has asked you something about your complaint {reference}. Its time runs on meanwhile.",
            "{trader} 就投訴 {reference} 向你查詢資料。商戶的限期不因此順延。",
            "{trader} 就投诉 {reference} 向您询问信息。企业的期限不因此顺延。",
        ),
        "date_moved": (
            "A date that we told you has changed in your complaint {reference}. {why} The last day is now {due}.",
            "你的投訴 {reference} 的限期有變。{why}新的限期為 {due}。",
            "您的投诉 {reference} 的期限有变。{why}新的期限为 {due}。",
        ),
        "offer_made": (
            (
                "{trader} proposes to settle your complaint {reference}. You may accept or decline until {due}; "
                "after that "
                "the proposal falls away, and you have lost nothing."
            ),
            (
                "{trader} 就你的投訴 {reference} 提出和解方案。你可於 {due} 或之前接受或拒絕；逾期方案失效，"
                "你的權益不受影響。"
            ),
            (
                "{trader} 就您的投诉 {reference} 提出和解方案。您可于 {due} 前（含当日）接受或拒绝；逾期方案失效，"
                "您的权益不受影响。"
            ),
        ),
        "offer_accepted": (
            (
                "You have accepted what {trader} proposed in complaint {reference}. If that was not you, tell us at "
                "once."
            ),
            "你已接受 {trader} 就投訴 {reference} 提出的方案。如非你本人所為，請立即告知本會。",
            "您已接受 {trader} 就投诉 {reference} 提出的方案。如非您本人操作，请立即告知本会。",
        ),
        "resolution_reported": (
            (
                "{trader} has reported its result in your complaint {reference}: {outcome}. That is the trader's "
                "word. "
                "Yours counts: confirm it, or say that it is not so."
            ),
            (
                "{trader} 已就投訴 {reference} 回報結果：{outcome}。這是商戶的說法，最終以你的意見為準："
                "請確認或提出反對。"
            ),
            (
                "{trader} 已就投诉 {reference} 反馈处理结果：{outcome}。这是企业的说法，最终以您的意见为准："
                "请确认或提出异议。"
            ),
        ),
        "performance_reported": (
            "What {trader} promised in complaint {reference} is said to have arrived. If it has not, tell us.",
            "據報 {trader} 就投訴 {reference} 承諾的事項已履行。如未履行，請告知本會。",
            "据反馈，{trader} 就投诉 {reference} 承诺的事项已履行。如未履行，请告知本会。",
        ),
        "returned": (
            "Your complaint {reference} has come back to us from {trader}. {why}",
            "你的投訴 {reference} 已由 {trader} 轉介回本會。{why}",
            "您的投诉 {reference} 已由 {trader} 退回本会。{why}",
        ),
        "confirmed": (
            "We have noted your word: complaint {reference} is resolved. If that was not you, tell us at once.",
            "本會已記下你的意見：投訴 {reference} 已解決。如非你本人所為，請立即告知本會。",
            "本会已记录您的意见：投诉 {reference} 已解决。如非您本人操作，请立即告知本会。",
        ),
        "disputed": (
            "We have noted your word: complaint {reference} is not resolved. It is with us now.",
            "本會已記下你的意見：投訴 {reference} 未解決。個案現由本會處理。",
            "本会已记录您的意见：投诉 {reference} 未解决。投诉现由本会处理。",
        ),
        "withdrawn": (
            (
                "Complaint {reference} has been withdrawn, in your name. Whoever had it has been told to delete it. "
                "If that "
                "was not you, tell us at once."
            ),
            "投訴 {reference} 已以你的名義撤回，曾接收資料的商戶已獲通知刪除。如非你本人所為，請立即告知本會。",
            "投诉 {reference} 已以您的名义撤回，已接收信息的企业已获通知删除。如非您本人操作，请立即告知本会。",
        ),
        "consent_withdrawn": (
            (
                "You have taken back your consent that complaint {reference} is sent to:\n- {recipient}\n\n"
                "Nothing more goes there; whatever was obtained there is to be deleted. What was done before stays "
                "lawful. If that was not you, tell us at once."
            ),
            (
                "你已撤回同意，本會不再把投訴 {reference} 轉交：\n- {recipient}\n\n"
                "本會不再向其提供資料；已取得的資料須予刪除。撤回前的處理仍屬合法。如非你本人所為，請立即告知本會。"
            ),
            (
                "您已撤回同意，本会不再将投诉 {reference} 移转：\n- {recipient}\n\n"
                "本会不再向其提供信息；已取得的信息须予删除。撤回前的处理仍属合法。如非您本人操作，请立即告知本会。"
            ),
        ),
        "corrected": (
            (
                "Data about you in complaint {reference} have been corrected, and whoever was given the old ones "
                "has been "
                "told. If you did not ask for that, tell us at once."
            ),
            "投訴 {reference} 內你的個人資料已改正，曾獲提供舊資料者已獲通知。如非你所要求，請立即告知本會。",
            "投诉 {reference} 中您的个人信息已更正，曾获提供旧信息者已获通知。如非您所要求，请立即告知本会。",
        ),
        "information_missing": (
            "What we asked you for in complaint {reference} has not come in time. The complaint is kept for record.",
            "本會未有如期收到你就投訴 {reference} 補交的資料，個案已記錄存檔。",
            "本会未按期收到您就投诉 {reference} 补充的材料，投诉已记录备查。",
        ),
        "silence": (
            (
                "You have not said whether complaint {reference} is resolved. It now counts as resolved, and the "
                "record "
                "says that you were silent, not that you agreed. You may still say that it is not."
            ),
            (
                "你未有表明投訴 {reference} 是否已解決。個案現視作已解決，紀錄註明你未有回應，並非表示同意。"
                "你仍可提出反對。"
            ),
            "您未表明投诉 {reference} 是否已解决。投诉现视为已解决，记录注明您未回应，并非表示同意。您仍可提出异议。",
        ),
        "ended": (
            "The time in which to tell us that an agreement was not kept is over. Complaint {reference} is closed.",
            "舉報未履行協議的限期已屆滿，投訴 {reference} 已結束。",
            "反映未履行协议的期限已届满，投诉 {reference} 已结束。",
        ),
        "remind_supply": (
            "We still wait for what we asked you for in complaint {reference}.",
            "本會仍等候你就投訴 {reference} 補交資料。",
            "本会仍在等待您就投诉 {reference} 补充材料。",
        ),
        "remind_confirm": (
            (
                "{trader} has reported its result in your complaint {reference}: {outcome}. You have not said yet "
                "whether "
                "that is right. Your silence will soon count."
            ),
            "{trader} 已就投訴 {reference} 回報結果：{outcome}。你尚未表明是否正確，逾期即視作已解決。",
            "{trader} 已就投诉 {reference} 反馈处理结果：{outcome}。您尚未表明是否属实，逾期即视为已解决。",
        ),
        "deadline_missed": (
            "We have not kept the day that we told you in complaint {reference}: {duty}. We are sorry.",
            "本會未能如期就投訴 {reference} 完成以下事項：{duty}。謹此致歉。",
            "本会未能按期就投诉 {reference} 完成以下事项：{duty}。谨此致歉。",
        ),
        "closed": (
            "We have ended our work on complaint {reference}. How it came out: {outcome}.",
            "本會已完成處理投訴 {reference}，結果：{outcome}。",
            "本会已办结投诉 {reference}，结果：{outcome}。",
        ),
        "reopened": (
            "New facts have brought your complaint {reference} back.",
            "因有新事實，你的投訴 {reference} 已重開。",
            "因有新事实，您的投诉 {reference} 已恢复处理。",
        ),
        "message_added": (
            "There is a new message in your complaint {reference}.",
            "你的投訴 {reference} 有新訊息。",
            "您的投诉 {reference} 有新消息。",
        ),
        "evidence_added": (
            "{trader} has added a document to your complaint {reference}.",
            "{trader} 已就你的投訴 {reference} 新增文件。",
            "{trader} 已就您的投诉 {reference} 添加文件。",
        ),
        "impostor_reported": (
            (
                "Thank you for telling us that somebody who may not be {trader} called you about complaint "
                "{reference}. We "
                "look into it. Do not answer them; give nobody a password, a code, the number of your card, or "
                "money. If "
                "you have given something already, call your bank and the police now."
            ),
            (
                "多謝你告知本會，有人可能冒充 {trader} 就投訴 {reference} 聯絡你。本會正跟進。請勿回應，"
                "亦切勿提供密碼、驗證碼、銀行卡號碼或付款。如已提供，請立即聯絡銀行及警方。"
            ),
            (
                "感谢您告知本会，有人可能冒充 {trader} 就投诉 {reference} 联系您。本会正在处理。请勿回应，"
                "也切勿提供密码、验证码、银行卡号或付款。如已提供，请立即联系银行和警方。"
            ),
        ),
    }
)

WHY: Final[Table] = MappingProxyType(
    {
        "ImpasseReported": (
            "It says that no settlement was reached.",
            "商戶表示未能和解。",
            "企业表示未达成和解。",
        ),
        "Rejected": (
            "It sent the complaint back on this ground: {rule}.",
            "商戶以下列理由退回：{rule}。",
            "企业以下列理由退回：{rule}。",
        ),
        "Lapsed": (
            "It did not do this in time: {duty}.",
            "商戶未有如期完成：{duty}。",
            "企业未按期完成：{duty}。",
        ),
        "Recalled": ("We have taken it back.", "個案由本會收回。", "投诉由本会收回。"),
        "PerformanceContradicted": (
            "What was promised has not arrived.",
            "承諾的事項未有履行。",
            "承诺的事项未履行。",
        ),
        "BreachReported": (
            "You told us that what was agreed was not done.",
            "你舉報協議未獲履行。",
            "您反映协议未获履行。",
        ),
        "TimeGranted": (
            "The trader asked for more time, and we gave it.",
            "商戶申請延期並獲批准。",
            "企业申请延期并获同意。",
        ),
        "ClockStopped": (
            "Some days do not count, for this reason: {reason}.",
            "部分日數因以下原因不計算在內：{reason}。",
            "部分天数因以下原因不计入：{reason}。",
        ),
        "ClockResumed": ("The days count again.", "現已恢復計算日數。", "现已恢复计算天数。"),
        "Rescheduled": (
            "The working days of that year have been announced since.",
            "該年的工作日安排其後才公布。",
            "该年的工作日安排此后才公布。",
        ),
    }
)
"""Why a complaint came back or a date moved: by the name of the event; ``{rule}``, ``{duty}``, ``{reason}`` are "
"labels."""

NO_RESULT: Final[Texts] = (
    "An answer that claims no result",
    "僅作回覆，未有報稱結果",
    "仅作回复，未反馈结果",
)
"""What stands for ``{outcome}`` where the trader answered and claimed nothing."""
