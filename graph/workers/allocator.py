"""Where workers get their memory from: tcmalloc, where it is here, instead of the C library's own allocator.

The engine asks for many small pieces of memory and soon gives them back. Measured on a million quads, a query in
tcmalloc takes 4 to 16% less of the processor than in glibc's allocator at its best (`docs/performance.md`).
`packaging/steps/allocator.py` puts the library beside this module where the system does not have it.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: gperftools' library without its profilers; its name says which version of its interface it has.
LIBRARY: Final = "libtcmalloc_minimal.so.4"
#: Where it is put when this package is built.
OURS: Final = Path(__file__).with_name("lib") / LIBRARY
_PARTING: Final = re.compile(r"[\s:]")
#: glibc's own with more small pieces kept at hand: a query takes a tenth less than without.
_TUNED: Final = "glibc.malloc.tcache_count=500"


def library() -> Path | None:
    """Return tcmalloc as the system has it, or else as this package brings it; None where neither does.

    Nor where LD_PRELOAD cannot name it: spaces and colons part its names (ld.so(8)), and nothing can be quoted.
    """
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    folders = [Path("/usr/lib") / multiarch, *map(Path, ("/usr/lib64", "/usr/lib", "/usr/local/lib"))]
    found = next((path for path in (*(f / LIBRARY for f in folders), OURS) if path.is_file()), None)
    return None if found is None or _PARTING.search(str(found)) else found


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what to add to an environment so that a process in it gets its memory from the best that is here.

    What the environment says itself of LD_PRELOAD or GLIBC_TUNABLES, be it nothing, stays as it is.
    """
    found = library()
    wanted = {"GLIBC_TUNABLES": _TUNED} | ({"LD_PRELOAD": str(found)} if found else {})
    return {name: value for name, value in wanted.items() if name not in environment}


def name(environment: Mapping[str, str]) -> str:
    """Return the file name of what a process of ours in an environment gets its memory from; "libc" for that alone."""
    return Path((variables(environment) | dict(environment)).get("LD_PRELOAD", "")).name or "libc"
