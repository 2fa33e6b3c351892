"""What is kept stays within its room, and is not driven out by what is asked for once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from graph import kept
from graph.kept import Kept


def filled(count: int = 10) -> Kept[str, int]:
    """Room for ten of a hundred bytes each, with some of them in it."""
    made: Kept[str, int] = Kept(1000)
    for n in range(count):
        made.keep(f"k{n}", n, 100)
    return made


def test_everything_is_kept_while_there_is_room() -> None:
    made = filled()
    assert [made.get(f"k{n}") for n in range(10)] == list(range(10))
    assert made.get("other") is None


def test_a_full_room_takes_what_is_offered_twice() -> None:
    made = filled()
    for n in range(100):
        made.keep(f"once{n}", n, 100)
    assert [made.get(f"k{n}") for n in range(10)] == list(range(10))
    made.keep("twice", 1, 100)
    assert made.get("twice") is None
    made.keep("twice", 1, 100)
    assert made.get("twice") == 1


def test_what_was_not_asked_for_the_longest_time_goes() -> None:
    made = filled()
    made.get("k0")
    for _ in range(2):
        made.keep("new", 1, 100)
    assert made.get("k1") is None
    assert [made.get(f"k{n}") for n in (0, *range(2, 10))] == [0, *range(2, 10)]


def test_a_value_may_grow_and_shrink() -> None:
    made = filled()
    made.keep("k9", 99, 125)
    assert made.get("k9") == 99
    assert made.get("k0") is None, "25 bytes more than there is room for"
    made.keep("k9", 9, 10)
    made.keep("k0", 0, 100)
    assert (made.get("k9"), made.get("k0")) == (9, 0)


def test_what_is_too_large_to_share_is_not_kept() -> None:
    made = filled(0)
    for _ in range(3):
        made.keep("large", 1, 126)
    assert made.get("large") is None
    made.keep("small", 1, 125)
    assert made.get("small") == 1


def test_a_generation_goes_as_a_whole() -> None:
    made = filled()
    assert made.get("k0", 2) is None
    made.keep("k0", 20, 100, 2)
    assert (made.get("k0", 2), made.get("k1", 2), made.get("k0"), made.get("k1")) == (20, None, None, None)
    made.keep("k1", 21, 100, 2)
    assert made.get("k1", 2) == 21, "there is room again"


def test_what_comes_late_of_an_earlier_generation_drives_nothing_out() -> None:
    made = filled(0)
    assert made.get("slow", 1) is None
    assert made.get("k0", 2) is None
    made.keep("k0", 20, 100, 2)
    made.keep("slow", 10, 100, 1)
    assert made.get("k0", 2) == 20


def test_what_was_offered_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_REMEMBERED", 5)
    made = filled()
    made.keep("long ago", 1, 100)
    for n in range(10):
        made.keep(f"once{n}", n, 100)
    made.keep("long ago", 1, 100)
    assert made.get("long ago") is None
    made.keep("once9", 9, 100)
    assert made.get("once9") == 9


def test_many_may_use_it_at_once() -> None:
    made: Kept[int, int] = Kept(1000)

    def use(n: int) -> None:
        for k in range(300):
            made.keep(k % 23, k % 23, 100, generation=n % 2)
            assert made.get(k % 23, n % 2) in {None, k % 23}

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(use, range(4)))
    assert sum(made.get(k, g) is not None for k in range(23) for g in (0, 1)) <= 10
