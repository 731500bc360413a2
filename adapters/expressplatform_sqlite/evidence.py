"""Sealed files of evidence in one SQLite file, chunk by chunk.

Laws of this module
- A file is there whole or not at all: it is written in one transaction, and synced before it is acknowledged.
- Readers have a connection each and see a file as it was when they began; writers never wait for them.
- What is deleted leaves no trace in the file, nor, unless somebody reads just then, in its log.
- A migration is never edited once it has been released: a change is one more tuple at the end.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Final, Self, final

from expressplatform.errors import EvidenceMissing, StoreUnusable
from expressplatform.ports import Filed, check_place
from expressplatform.threads import ThreadedEvidence
from expressplatform_sqlite.faults import closed, translated, unusable
from expressplatform_sqlite.rows import instant, micros
from expressplatform_sqlite.schema import MEMORY, Tables, opened, reader
