"""JD: what a shop on JD can tell and be told with its own authorisation."""
