"""The two faces of the platform: each method twice, called or awaited, over the one flow (`flow`)."""
