"""What words of a document may stand in a case file, and how many."""

from __future__ import annotations

import re
from typing import Final

#: A piece of evidence for what is not a name may have so many characters.
WORDS: Final = 17
#: And one for a name so many.
NAME: Final = 200
_NOT_IN_A_FILE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BROKEN: Final = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]*[\r\n]\s*(?=[\u4e00-\u9fff])")


def fits_a_file(words: str) -> bool:
    """Whether words hold no character that YAML cannot: a fact that does is not in the file."""
    return not _NOT_IN_A_FILE.search(words)


def clean(name: str) -> str:
    """Return a name in one line, as a file can hold it; a word that a line break cuts in two is whole again."""
    return " ".join(_BROKEN.sub("", _NOT_IN_A_FILE.sub("", name)).split())[:NAME] or "…"
