"""The command `expressplatform`: the composition root, which may import every adapter."""
