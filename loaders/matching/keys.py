"""Names as they are compared."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opencc import OpenCC

#: Characters that are written for others, which no table of traditional characters has.
_VARIANTS: Final = str.maketrans({"彞": "彝", "巿": "市", "愽": "博", "枣": "枣"})
#: No name of anything is longer; longer texts are cut before anything is compared.
LONGEST: Final = 200


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Return a name in compatibility forms and lower case, of letters and digits only, without marks above letters."""
    decomposed = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    return "".join(c for c in unicodedata.normalize("NFC", decomposed) if c.isalnum()).translate(_VARIANTS)


@lru_cache(maxsize=50_000)
def simplified(text: str) -> str:
    """Return a name in simplified characters."""
    return text if text.isascii() else _converter().convert(text).translate(_VARIANTS)


@lru_cache(maxsize=50_000)
def sound(text: str) -> str:
    """Return the pinyin of a plain name without tones or spaces; letters of other scripts stay as they are."""
    if text.isascii():
        return text
    from pypinyin import lazy_pinyin  # noqa: PLC0415  its tables take a moment, and only this needs them

    return "".join(lazy_pinyin(text, v_to_u=False)).lower()


def is_latin(text: str) -> bool:
    """Return whether a plain name is in Latin letters."""
    return text.isascii() and not text.isdigit() and bool(text)


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC  # noqa: PLC0415

    return OpenCC("t2s")
