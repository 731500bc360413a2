"""routerjson, the older gateway: its parameters, its envelope, the layers in which it says no.

Laws of this file: parameters come in the query, in a form or in both, as its clients send them. Under HTTP 200 comes
everything that is an answer, refusals too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import datetime

import attrs

from expressplatform_jd.simulator import codes
from expressplatform_jd.simulator.checking import Signed, refusal
from expressplatform_jd.simulator.faults import Fault, Kind
from expressplatform_jd.simulator.manners import Manners
from expressplatform_jd.simulator.router_methods import METHODS, Method, No, Surface
from expressplatform_jd.simulator.sessions import Sessions
from expressplatform_jd.simulator.world import World


@attrs.frozen
class RouterGateway:
    """Answers calls to ``/routerjson``."""

    world: World
    sessions: Sessions
    luck: random.Random

    def answer(self, params: Mapping[str, str], manners: Manners, fault: Fault | None) -> dict[str, object]:
        """The document that is sent back, whatever came."""
        code = self._refusal(params, self.world.now())
        if fault is not None and fault.kind is Kind.GATEWAY:
            code = fault.code
        if code:
            return error(code)
        name = params["method"]
        if fault is not None and fault.kind is Kind.WITHIN:
            return manners.router(name, {"code": fault.code}, self.luck)
        method = METHODS[name]
        business = business_of(params)
        if business is None:
            return error(codes.BAD_ARGUMENT)
        found = self._done(method, params, business, manners, fault)
        return error(codes.BAD_ARGUMENT) if found is None else manners.router(name, found, self.luck)

    def _refusal(self, params: Mapping[str, str], now: datetime) -> str:
        name, version = params.get("method", ""), params.get("v", "")
        if not name or name not in METHODS:
            return codes.BAD_METHOD if name else codes.NO_METHOD
        if version != "2.0":
            return codes.BAD_VERSION if version else codes.NO_VERSION
        signed = Signed(
            app_key=params.get("app_key", ""),
            token=params.get("access_token", ""),
            name=name,
            timestamp=params.get("timestamp", ""),
            method=params.get("sign_method", ""),
            signature=params.get("sign", ""),
            params={key: value for key, value in params.items() if key != "sign"},
        )
        return refusal(signed, self.sessions, now)

    def _done(
        self,
        method: Method,
        params: Mapping[str, str],
        business: Mapping[str, object],
        manners: Manners,
        fault: Fault | None,
    ) -> dict[str, object] | None:
        """What stands in the envelope; None where an argument is missing or no such."""
        vender = self.sessions.vender_of(params["app_key"], params["access_token"])
        surface = Surface(self.world, vender, manners, self.luck)
        try:
            if fault is not None and fault.kind is Kind.VERDICT:
                raise No(fault.code)
            found = method.do(surface, business)
        except No as no:
            return {"code": "0", **method.said(False, no.code, {}, manners.yes(False, self.luck))}
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        good = fault.code if fault is not None and fault.kind is Kind.SUCCESS_VALUE else method.good
        return {"code": "0", **method.said(True, good, found, manners.yes(True, self.luck))}


def error(code: str) -> dict[str, object]:
    """The first layer: ``error_response``."""
    chinese, english = codes.SAYINGS.get(code, ("系統處理錯誤", "System Error"))
    return {"error_response": {"code": code, "zh_desc": chinese, "en_desc": english}}


def business_of(params: Mapping[str, str]) -> dict[str, object] | None:
    """The business parameters: one JSON object; nothing is ``{}``; None for anything else."""
    try:
        found: object = json.loads(params.get("360buy_param_json") or "{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
