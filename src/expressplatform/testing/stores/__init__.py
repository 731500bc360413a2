"""What a case store is held to: its contract, its checks, and a walk at random beside the reference store."""
