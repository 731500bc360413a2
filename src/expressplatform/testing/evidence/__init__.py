"""What a store of evidence is held to: its contract, the checks, and a walk at random beside the reference store."""
