"""An express lane for cross-border online-shopping complaints.

A council takes a complaint and uploads it; the trader obtains it, contacts the complainant and reports
the result; what is not resolved comes back to the council.
"""

__version__ = "0.1.0"
