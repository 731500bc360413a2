"""What a messenger is held to: its contract, the checks, and the letters that it is tried with."""
