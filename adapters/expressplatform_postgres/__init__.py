"""Cases of many processes in one PostgreSQL database."""
