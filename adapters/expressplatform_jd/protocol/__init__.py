"""JD's protocol, pure: a typed request becomes a signed HTTP request, a status and bytes become a typed result.

A request says how it is called (`call`) and reads its reply (`read`); `calls.prepare` signs the call for a shop. No
clock, no network, no state. What `read` is given may be anything: it never raises.
"""

from expressplatform_jd.protocol.bills import AddNote, Bill, Entry, GetBill, ListBills, ListEntries
from expressplatform_jd.protocol.calls import (
    JD,
    NEVER_CALLED,
    App,
    Caller,
    Endpoints,
    OauthCall,
    Operator,
    Outgoing,
    Request,
    RouterCall,
    SpCall,
    prepare,
    prepare_oauth,
)
from expressplatform_jd.protocol.clock import CHINA
from expressplatform_jd.protocol.oauth import (
    RENEWABLE,
    Code,
    ExchangeCode,
    Grant,
    Renew,
    authorise_link,
    read_callback,
    renewable,
)
from expressplatform_jd.protocol.orders import UNKNOWN_ORDER, GetOrder, Order
from expressplatform_jd.protocol.pages import Page
from expressplatform_jd.protocol.payments import Basis, Payment
from expressplatform_jd.protocol.refunds import (
    Application,
    GetActualRefund,
    ListApplications,
    ListChangedApplications,
    ListRefunds,
    Moment,
    Refund,
)
from expressplatform_jd.protocol.remarks import GetRemark, Remark, SetRemark
from expressplatform_jd.protocol.services import GetService, ListServices, SaveTrack, Service
from expressplatform_jd.protocol.shop import GetShop, QueryShop, Shop

__all__ = [
    "CHINA",
    "JD",
    "NEVER_CALLED",
    "RENEWABLE",
    "UNKNOWN_ORDER",
    "AddNote",
    "App",
    "Application",
    "Basis",
    "Bill",
    "Caller",
    "Code",
    "Endpoints",
    "Entry",
    "ExchangeCode",
    "GetActualRefund",
    "GetBill",
    "GetOrder",
    "GetRemark",
    "GetService",
    "GetShop",
    "Grant",
    "ListApplications",
    "ListBills",
    "ListChangedApplications",
    "ListEntries",
    "ListRefunds",
    "ListServices",
    "Moment",
    "OauthCall",
    "Operator",
    "Order",
    "Outgoing",
    "Page",
    "Payment",
    "QueryShop",
    "Refund",
    "Remark",
    "Renew",
    "Request",
    "RouterCall",
    "SaveTrack",
    "Service",
    "SetRemark",
    "Shop",
    "SpCall",
    "authorise_link",
    "prepare",
    "prepare_oauth",
    "read_callback",
    "renewable",
]
