"""What a key store is held to: its contract and the checks."""
