"""JD's protocol, pure: a typed request becomes a signed HTTP request, a status and bytes become a typed result.

A request says how it is called (`call`) and reads its reply (`read`); `calls.prepare` signs the call for a shop. No
clock, no network, no state. What `read` is given may be anything: it never raises.
"""
