"""The platform on the wire: a pure protocol, the server for councils and traders, and the clients that they embed."""
