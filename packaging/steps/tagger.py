"""The tagger's weights: those of LAC 2.1.2 (© Baidu, Inc., Apache-2.0), as arrays that NumPy runs.

The package's source archive is the only place that has them. The package itself is not used: it needs a deep
learning framework that no longer has what it calls.
"""

from __future__ import annotations

import io
import os
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from step import fetch, fingerprint

if TYPE_CHECKING:
    import numpy as np

PACKAGE = "lac==2.1.2 --hash=sha256:22fcde0d5082d2044205ea6f6a7a9cd1f0d63e7b21b2dd5c9c73f27e7c0a3ef1"

#: What the archive's own build script needs: later versions no longer run it.
BUILDER = "setuptools==69.5.1"

OUTPUT = Path("loaders/article/tagger/lac.npz")

#: Units of a recurrent layer, and of an embedding.
SIZE = 128

SOURCE = "Weights of LAC 2.1.2, Copyright Baidu, Inc., Apache License 2.0; converted, embeddings in half precision."


def requirements() -> list[str]:
    """Return what fetches the archive, and what stores arrays."""
    return ["numpy>=2.1", "uv==0.13.9"]


def build(root: Path) -> str | None:
    """Make `lac.npz` below `root`; None where the one that is there was made by this step from this version."""
    if os.environ.get("DUIKOU_WITHOUT_TAGGER"):
        return "no tagger: DUIKOU_WITHOUT_TAGGER is set"
    made = fingerprint([Path(__file__)])
    output = root / OUTPUT
    if output.is_file() and _made(output) == made:
        return None
    with tempfile.TemporaryDirectory(prefix="duikou-tagger-") as folder:
        _fetch(Path(folder))
        arrays = _arrays(Path(folder) / "LAC" / "lac_model")
    _write(output, arrays, made)
    return f"the tagger's weights, {output.stat().st_size / 1e6:.0f} MB"


def _fetch(folder: Path) -> None:
    """Install the archive into a folder by the package manager, checked against its hash."""
    constraints = folder / "constraints.txt"
    constraints.write_text(BUILDER + "\n", encoding="utf-8")
    options = ["--no-binary", "lac", "--build-constraints", str(constraints), "--link-mode", "copy"]
    fetch(folder, PACKAGE, options, f"the tagger's weights ({PACKAGE.split(maxsplit=1)[0]})", _ADVICE)


_ADVICE = (
    "Is a package index in reach? DUIKOU_WITHOUT_TAGGER=1 builds without it: articles are then read by lists alone"
)


def _made(path: Path) -> str:
    """Return the fingerprint in a file of weights; empty for one that cannot be read."""
    import numpy as np  # noqa: PLC0415 - installed only where the step runs

    try:
        with np.load(path, allow_pickle=False) as stored:
            return bytes(stored["made"]).decode()
    except (OSError, ValueError, KeyError):
        return ""


def _write(output: Path, arrays: dict[str, Any], made: str) -> None:
    """Write the arrays at once: whoever reads meanwhile has the old file or the new one."""
    import numpy as np  # noqa: PLC0415

    buffer = io.BytesIO()
    np.savez(buffer, made=_text(made), source=_text(SOURCE), **arrays)
    part = output.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(output)


def _arrays(model: Path) -> dict[str, Any]:
    """Return the arrays of `lac.npz` from the folder of the package's model."""
    import numpy as np  # noqa: PLC0415

    weights, lists = model / "model", model / "conf"
    vocabulary = {word: int(row) for row, word in _pairs(lists / "word.dic")}
    forms = dict(_pairs(lists / "q2b.dic"))
    counts = [line.split(" ") for line in _read(lists / "small_seg.dic") if " " in line]
    words = dict.fromkeys(word for word, _ in counts)
    # What a cut sentence can ask for: dictionary words, single characters, runs of letters and digits.
    asked = sorted(key for key in vocabulary if len(key) == 1 or key in words or (key.isascii() and key.isalnum()))
    # A variant form that is not in the vocabulary is read by its common form.
    keys = asked + sorted(form for form in forms if len(form) == 1 and form not in vocabulary)
    rows = [vocabulary.get(forms.get(key, key), vocabulary["OOV"]) for key in keys]
    used = sorted({*rows, vocabulary["OOV"]})
    place = {row: number for number, row in enumerate(used)}
    arrays: dict[str, Any] = {
        "words": _text("\n".join(words)),
        "total": np.float64(sum(int(count) for _, count in counts)),
        "keys": _text("\n".join(keys)),
        "rows": np.array([place[row] for row in rows], np.int32),
        "unknown": np.int32(place[vocabulary["OOV"]]),
        "embeddings": _parameter(weights / "word_emb")[used].astype(np.float16),
        "labels": _text("\n".join(dict(_pairs(lists / "tag.dic")).values())),
        "weights": _parameter(weights / "fc_4.w_0"),
        "bias": _parameter(weights / "fc_4.b_0"),
    }
    arrays["first"], arrays["last"], *rest = _parameter(weights / "crfw")
    arrays["transitions"] = np.array(rest)
    for number in range(4):
        recurrent = _parameter(weights / f"gru_{number}.w_0").reshape(-1)
        gates = 2 * SIZE * SIZE
        arrays[f"inputs_{number}"] = _parameter(weights / f"fc_{number}.w_0")
        arrays[f"bias_{number}"] = (
            _parameter(weights / f"fc_{number}.b_0") + _parameter(weights / f"gru_{number}.b_0").reshape(-1)
        )  # fmt: skip
        arrays[f"gates_{number}"] = recurrent[:gates].reshape(SIZE, 2 * SIZE)
        arrays[f"candidate_{number}"] = recurrent[gates:].reshape(SIZE, SIZE)
    return arrays


def _read(path: Path) -> list[str]:
    """Return the lines of a list; only a line feed ends one: some of its words are other line ends."""
    return path.read_bytes().decode().split("\n")


def _pairs(path: Path) -> list[tuple[str, str]]:
    """Return the lines with two columns."""
    cells = (line.split("\t") for line in _read(path))
    return [(row[0], row[1]) for row in cells if len(row) == 2]


def _text(text: str) -> np.ndarray[Any, Any]:
    """Return a text as an array of bytes."""
    import numpy as np  # noqa: PLC0415

    return np.frombuffer(text.encode(), np.uint8)


def _parameter(path: Path) -> np.ndarray[Any, Any]:
    """Return one stored parameter: a version, level-of-detail blocks, a version, a description with the sizes, floats.

    The description is a protobuf message: its second field, repeated, holds the sizes.
    """
    import numpy as np  # noqa: PLC0415

    data = path.read_bytes()
    at = 4
    (levels,) = struct.unpack_from("<Q", data, at)
    at += 8
    for _ in range(levels):
        (size,) = struct.unpack_from("<Q", data, at)
        at += 8 + size
    at += 4
    (size,) = struct.unpack_from("<i", data, at)
    at += 4
    description, at = data[at : at + size], at + size
    sizes: list[int] = []
    cursor = 0
    while cursor < len(description):
        tag, cursor = _varint(description, cursor)
        value, cursor = _varint(description, cursor)
        if tag >> 3 != 2:
            continue
        if tag & 7 == 2:  # packed: the value is the length of the list
            stop = cursor + value
            while cursor < stop:
                item, cursor = _varint(description, cursor)
                sizes.append(item)
        else:
            sizes.append(value)
    return np.frombuffer(data, "<f4", offset=at).reshape(sizes).astype(np.float32)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a protobuf integer and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
