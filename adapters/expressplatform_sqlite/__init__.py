"""The embedded store: cases, keys, evidence and small sealed records in SQLite files."""
