"""Deadlines: how long somebody has, in whose days, and what stops the count."""

from expressplatform.deadlines.arithmetic import (
    DayRole,
    Deadline,
    ExplainedDay,
    Stop,
    counted_days,
    days_left,
    deadline,
    explain,
    extended,
    reschedule,
    stopped,
)

__all__ = [
    "DayRole",
    "Deadline",
    "ExplainedDay",
    "Stop",
    "counted_days",
    "days_left",
    "deadline",
    "explain",
    "extended",
    "reschedule",
    "stopped",
]
