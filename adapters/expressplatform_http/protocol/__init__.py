"""The platform's protocol, pure: what is signed, sealed, asked and answered, byte for byte.

Laws of this package: no clock, no network, no randomness and no state: instants, nonces and keys are arguments. What
comes from outside may be anything, and is answered by one family of errors. `docs/reference/protocol.md` says the same
for writers of other languages; the vectors in ``expressplatform/vectors`` hold both to it.

- `signatures`: requests signed as RFC 9421 has it; `problems`: errors as RFC 9457 has them, and back;
- `details`: a trader's sealed details; `webhooks`: what the platform sends, signed; `cursors`: where a list goes on.
"""
