"""What the council writes to complainants beside the letters about steps: a subject and a text for each occasion.

Keys name the occasion. Open places are filled by `str.format`: ``{reference}`` of the case, ``{scheme}`` its title. Of
the second factor ``{digits}`` is the code and ``{minutes}`` how long it holds.
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
        "code": (
            "Your code for complaint {reference}",
            "投訴 {reference} 的驗證碼",
            "投诉 {reference} 的验证码",
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
        "code": (
            (
                "Your code is {digits}. It holds for {minutes} minutes.\n\n"
                "Type it into the page that asked for it, and nowhere else. Tell it to nobody: neither we nor a trader "
                "ever ask for it. If you did not ask for a code, you need do nothing.\n\n"
                "{scheme}"
            ),
            (
                "你的驗證碼是 {digits}，{minutes} 分鐘內有效。\n\n"
                "請只在要求輸入的網頁輸入，切勿告訴任何人：本會及商戶絕不會向你索取。如你並無要求驗證碼，毋須理會。\n\n"
                "{scheme}"
            ),
            (
                "您的验证码是 {digits}，{minutes} 分钟内有效。\n\n"
                "请只在要求输入的网页输入，切勿告诉任何人：本会及企业绝不会向您索取。如您没有要求验证码，无需理会。\n\n"
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
