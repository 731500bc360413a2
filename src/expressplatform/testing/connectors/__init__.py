"""What a connector to a trading platform is held to: its contract, the checks, and the port of a simulated platform."""
