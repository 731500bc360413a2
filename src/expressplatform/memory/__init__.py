"""The reference stores: everything in memory, gone with the process. One room for each port.

Laws of this package: these are the models that every other store is held against, so the plainest code that is right.
One lock, whole scans, no index. What a store promises stands in `ports`; nothing is promised here beyond that.
"""

from expressplatform.memory.cases import MemoryStore as MemoryStore
from expressplatform.memory.evidence import MemoryEvidence as MemoryEvidence
from expressplatform.memory.keys import MemoryKeyStore as MemoryKeyStore
from expressplatform.memory.register import MemoryRegister as MemoryRegister
from expressplatform.memory.shelf import MemoryShelf as MemoryShelf
from expressplatform.memory.shelf import cursor_of as cursor_of
from expressplatform.memory.shelf import split_cursor as split_cursor
