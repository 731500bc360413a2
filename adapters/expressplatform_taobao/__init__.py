"""Taobao and Tmall shops over the TOP interface, with the authorisation that each shop gives.

`signing` signs, `protocol` makes requests and reads replies: both are pure. What is never called, and why:
`expressplatform_taobao.protocol.calls.NEVER_CALLED`.
"""
