"""What a strip is held to: its contract, the documents that it is given, and how its copies are read."""
