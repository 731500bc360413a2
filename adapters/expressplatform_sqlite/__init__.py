"""The embedded store: cases in one SQLite file, their keys in another, files of evidence in a third."""
