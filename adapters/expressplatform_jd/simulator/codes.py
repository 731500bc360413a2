"""The codes with which the simulated JD refuses.

Laws of this file: those of routerjson's gateway are JD's, from two copies of its table. Those of the SP-API's gateway
are assumed but for one, ``99904030005``: the digits after 9990 look like an HTTP status, and are used as one. Those of
the OAuth endpoints are assumed. Whoever learns better changes them here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

LIMITED: Final = "2"
NO_VERSION, BAD_VERSION = "4", "5"
NO_TIME, BAD_TIME = "7", "8"
NO_SIGN, BAD_SIGN = "11", "12"
NO_METHOD, BAD_METHOD = "14", "15"
NO_TOKEN, BAD_TOKEN = "18", "19"
NO_APP, BAD_APP = "20", "21"
NOT_PERMITTED: Final = "24"
BAD_ARGUMENT: Final = "41"
"""Assumed: a business parameter that is missing or no such."""
CLOUD_ONLY: Final = "cloud_only"

SAYINGS: Final = MappingProxyType(
    {
        LIMITED: ("限制時間內調用失敗次數", "App Call Limited"),
        NO_VERSION: ("缺少版本參數", "Missing Version"),
        BAD_VERSION: ("不支持的版本號", "Unsupported Version"),
        NO_TIME: ("缺少時間戳參數", "Missing Timestamp"),
        BAD_TIME: ("無效時間戳", "Invalid Timestamp"),
        NO_SIGN: ("缺少簽名參數", "Missing Signature"),
        BAD_SIGN: ("無效簽名", "Invalid Signature"),
        NO_METHOD: ("缺少方法名參數", "Missing Method"),
        BAD_METHOD: ("不存在的方法名", "Invalid Method"),
        NO_TOKEN: ("缺少access_token參數", "Missing access_token"),
        BAD_TOKEN: ("token已過期或者不存在，請重新授權", "Invalid access_token"),
        NO_APP: ("缺少app_key參數", "Missing app_key"),
        BAD_APP: ("無效app_key", "Invalid app_key"),
        NOT_PERMITTED: ("應用沒有權限調用此方法", "Insufficient Permissions"),
        BAD_ARGUMENT: ("參數錯誤", "Invalid Arguments"),
    }
)
"""What routerjson's gateway says beside a code, in Chinese and in English."""

SP: Final = MappingProxyType(
    {
        LIMITED: (429, "99904290001"),
        NO_TIME: (400, "99904000001"),
        BAD_TIME: (403, "99904030003"),
        NO_SIGN: (400, "99904000002"),
        BAD_SIGN: (403, "99904030002"),
        BAD_METHOD: (404, "99904040001"),
        NO_TOKEN: (401, "99904010001"),
        BAD_TOKEN: (401, "99904010002"),
        NO_APP: (400, "99904000003"),
        BAD_APP: (403, "99904030001"),
        NOT_PERMITTED: (403, "99904030004"),
        BAD_ARGUMENT: (400, "41"),
        CLOUD_ONLY: (403, "99904030005"),
    }
)
"""HTTP status and code with which the SP-API's gateway says the same."""

OAUTH: Final = MappingProxyType(
    {BAD_APP: "100", "grant": "101", "code": "102", "early": "103", "over": "104", "often": "105"}
)
"""The ``code`` of a refusal of the OAuth endpoints (assumed)."""

UNKNOWN_ORDER: Final = "10100001"
REMARK_TOO_LONG: Final = "10100039"
UNKNOWN_BILL: Final = "40001"
"""Assumed: there is no such after-sales bill in this shop."""
NOT_YOURS: Final = "40003"
"""Assumed: ``buId`` is not the vender of the token."""
