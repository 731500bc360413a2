"""The library beside others that do the same work, in one run: see `docs/explanation/performance.md`.

Laws of this package: both sides of a row do the same work on the same input, made ready beforehand; what one side
leaves out is said in the row's note. A peer is shown to give the right answer before it is timed. Only ratios are
compared, never rates: the machine does not matter to them, and whatever else runs on it hardly does.
"""
