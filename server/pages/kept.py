"""What a page needs that is counted over the whole graph: worked out once for each snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import current_app

from server import access

_EXTENSION: Final = "duikou.kept"
_guard = threading.Lock()

T = TypeVar("T")


def kept(name: str, make: Callable[[], T]) -> T:
    """Return what `make` gives, the same until another snapshot is served."""
    now = access.snapshot()
    state = (now and now.number, now and now.created)
    with _guard:
        known: dict[str, tuple[object, Any]] = current_app.extensions.setdefault(_EXTENSION, {})
        found = known.get(name)
    if found is None or found[0] != state:
        found = (state, make())
        with _guard:
            known[name] = found
    value: T = found[1]
    return value
