"""What the council writes to complainants: a subject and a text for each occasion.

Keys name the occasion. Open places are filled by `str.format`: ``{reference}`` of the case, ``{trader}`` as people
call it, ``{due}`` the last local day as an ISO date, ``{code}`` what callers must say first, ``{scheme}`` its title.
Of a breach ``{what}`` is a sentence of `breaches`, ``{kinds}`` lists kinds of data, ``{since}`` and ``{until}`` are the
first and the last local day, ``{measures}`` is what the council wrote for those affected, ``{help}`` what they can do,
``{contact}`` whom to ask.
See the laws of the package.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.wording.scripts import Table

SUBJECTS: Final[Table] = MappingProxyType(
    {
        "uploaded": (
            "Your complaint {reference} is with {trader}",
            "你的投訴 {reference} 已轉交 {trader}",
            "您的投诉 {reference} 已移转 {trader}",
        ),
        "breach": (
            "Data about you may have been seen by others (complaint {reference})",
            "你的個人資料可能已外洩（投訴 {reference}）",
            "您的个人信息可能已泄露（投诉 {reference}）",
        ),
    }
)
BODIES: Final[Table] = MappingProxyType(
    {
        "uploaded": (
            (
                "Your complaint {reference} is now with {trader}. It has until {due} to read it, to speak with you and "
                "to report the result.\n\n"
                "Whoever calls or writes to you for {trader} must first tell you this code: {code}\n"
                "If somebody does not, end the conversation and tell us. Give the code to nobody: they must know it."
                "\n\n"
                "To settle a complaint {trader} never asks for a password, for a code that your bank or your telephone "
                "shows you, for the number of your card, or for money.\n\n"
                "{scheme}"
            ),
            (
                "你的投訴 {reference} 已轉交 {trader}。該商戶須於 {due} 或之前查閱個案、與你聯絡並回報結果。\n\n"
                "任何人代表 {trader} 致電或來訊，必須先向你說出這個識別碼：{code}\n"
                "如對方未能說出，請立即結束對話並告知本會。請勿向任何人透露識別碼：對方理應知道。\n\n"
                "處理投訴時，{trader} 絕不會向你索取密碼、銀行或電話上顯示的驗證碼、銀行卡號碼，亦不會要求你付款。\n\n"
                "{scheme}"
            ),
            (
                "您的投诉 {reference} 已移转 {trader}。该企业须在 {due} 前查阅投诉、与您联系并反馈结果。\n\n"
                "任何人代表 {trader} 来电或来信，必须先说出以下识别码：{code}\n"
                "如对方说不出，请立即结束对话并告知本会。请勿向任何人透露识别码：对方理应知道。\n\n"
                "处理投诉时，{trader} 绝不会向您索要密码、银行或手机上显示的验证码、银行卡号，也不会要求您付款。\n\n"
                "{scheme}"
            ),
        ),
        "breach": (
            (
                "Something has happened to data about you, and you should know of it.\n\n"
                "What happened: {what}\n"
                "When: from {since} to {until}\n"
                "Kinds of data:\n{kinds}\n\n"
                "What may follow: somebody who has these data may call or write to you as if they were the council or "
                "a trader, or may learn what you complained of.\n\n"
                "What we did: {measures}\n\n"
                "What you can do: {help}\n\n"
                "Whom to ask: {contact}\nYour number: {reference}\n\nYou get one message, however many of your "
                "complaints this concerns.\n\n"
                "{scheme}"
            ),
            (
                "你的個人資料涉及一宗事故，現通知你如下。\n\n"
                "發生了甚麼：{what}\n"
                "時間：由 {since} 至 {until}\n"
                "資料類別：\n{kinds}\n\n"
                "可能的後果：取得資料的人可能冒充本會或商戶致電或來訊，或得知你的投訴內容。\n\n"
                "本會已採取的措施：{measures}\n\n"
                "你可以怎樣做：{help}\n\n"
                "查詢：{contact}\n投訴編號：{reference}\n\n"
                "不論涉及你多少宗投訴，你只會收到一則通知。\n\n"
                "{scheme}"
            ),
            (
                "您的个人信息涉及一起事件，现告知如下。\n\n"
                "发生了什么：{what}\n"
                "时间：{since} 至 {until}\n"
                "信息种类：\n{kinds}\n\n"
                "可能的后果：取得信息的人可能冒充本会或企业来电或来信，或得知您的投诉内容。\n\n"
                "本会已采取的措施：{measures}\n\n"
                "您可以怎样做：{help}\n\n"
                "咨询：{contact}\n投诉编号：{reference}\n\n"
                "不论涉及您多少件投诉，您只会收到一份通知。\n\n"
                "{scheme}"
            ),
        ),
    }
)
