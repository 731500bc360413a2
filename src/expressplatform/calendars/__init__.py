"""Tables of the days on which offices are closed, and of the weekends on which they are open.

Laws of this package
- Data only: one module a place, written by tools/make_calendars.py, holding constants and nothing else.
- A module says where it comes from (SOURCE), when it was written (EDITION) and the last year whose days an
  authority has announced (ANNOUNCED_THROUGH). Later years are computed from the law of the place.
- It imports nothing of ours; `expressplatform.workdays` is its only reader.
"""
