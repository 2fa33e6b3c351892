"""What the answering process sets for itself: many files, little memory kept for nothing."""

from __future__ import annotations

import ctypes
import resource
import sys
from typing import Final

#: Files that may be open at once where the system allows it: a connection takes two at most.
FILES: Final = 65_536
_M_ARENA_MAX: Final = -8
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3


def prepare() -> None:
    """Set both; where the system has no such thing it stays as it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if sys.platform == "linux":
        # Left to itself glibc keeps memory for each of the many threads after a crowd: measured, 200 MB of it.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)
            # And lets go of the memory of each larger answer, to be given it again for the next.
            mallopt(_M_TRIM_THRESHOLD, 16 << 20)
            mallopt(_M_MMAP_THRESHOLD, 1 << 20)
