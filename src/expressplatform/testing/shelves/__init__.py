"""What a shelf is held to: its contract and the checks."""
