"""From a file to the text whose characters facts cite.

The text of a .txt or .md file is the file decoded, its line breaks as they are and without a byte order
mark; that of .html, .docx and .pdf is the plain text taken out of it. `sha256` is the digest of that text
in UTF-8, which for a UTF-8 file without a byte order mark is the digest of the file itself.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePath

from loaders.article.containers import Extracted, docx_text, html_text, pdf_text
from loaders.article.encodings import decode_text
from loaders.files import read_file
from ontology.errors import Origin, Problem, SourceError

#: Bytes of a file, and characters of the text in it. Beyond this a document is several.
FILE_LIMIT = 50_000_000
TEXT_LIMIT = 5_000_000

_KINDS = {
    ".txt": "txt", ".text": "txt", "": "txt", ".md": "md", ".markdown": "md",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".docx": "docx", ".pdf": "pdf",
}  # fmt: skip
_OTHERS = {
    ".doc": "Save it as .docx in the program that wrote it",
    ".wps": "Save it as .docx in the program that wrote it",
    ".rtf": "Save it as .docx or as plain text",
    ".odt": "Save it as .docx or as plain text",
    ".xlsx": "Tables are loaded with --as table",
    ".csv": "Tables are loaded with --as table",
}
_ARCHIVE = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_CJK = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that facts cite, and where it came from. `kind` is txt, md, html, docx or pdf."""

    text: str
    sha256: str
    #: Digest of the file's bytes.
    file_sha256: str
    kind: str
    name: str
    #: The encoding that the file turned out to have; None for .docx and .pdf.
    encoding: str | None = None
    #: The title that the file itself declares (HTML, .docx and PDF only).
    declared_title: str | None = None
    #: What the reader should know, such as an encoding that was declared wrongly.
    notes: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The text's language: `zh` or `en`, whichever has more words; `und` for neither."""
        sample = self.text[:100_000]
        chinese, english = len(_CJK.findall(sample)), len(_LATIN.findall(sample))
        if not chinese and not english:
            return "und"
        return "zh" if chinese >= english else "en"


def read_document(path: Path) -> Document:
    """Return the document in a file; `SourceError` where it is none, or too large (50 MB, 5 million characters)."""
    return decode(read_file(path, FILE_LIMIT), str(path))


def decode(data: bytes, name: str = "text.txt") -> Document:
    """Return the document in the bytes of a file; the kind is told by its content, then by its name.

    `SourceError` for what is empty, binary, damaged, too long, encrypted, or has no text layer.
    """
    where = Origin(name)
    if len(data) > FILE_LIMIT:
        message = f"the file is too large: {len(data):,} bytes, where at most {FILE_LIMIT:,} are read"
        raise SourceError(Problem(message, where, "Split it into several"))
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise SourceError(Problem("the file is empty", where, "Name a file with text in it"))
    kind = _kind(data, name, where)
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    if kind == "docx":
        content = docx_text(data, where)
    elif kind == "pdf":
        content = pdf_text(data, where)
    else:
        text, encoding, notes = decode_text(data, where, html=kind == "html")
        content = html_text(text) if kind == "html" else Extracted(text)
    if not content.text.strip():
        remedy = {
            "pdf": "It has no text layer: run text recognition over it first",
            "html": "The page has no text of its own: save it from a browser after it was shown",
        }
        raise SourceError(Problem("there is no text in it", where, remedy.get(kind, "Name a file with text in it")))
    if len(content.text) > TEXT_LIMIT:
        message = f"the text is too long: {len(content.text):,} characters, where at most {TEXT_LIMIT:,} are read"
        raise SourceError(Problem(message, where, "Split it into several documents"))
    return Document(
        text=content.text,
        sha256=hashlib.sha256(content.text.encode("utf-8", "surrogatepass")).hexdigest(),
        file_sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        name=name,
        encoding=encoding,
        declared_title=content.title,
        notes=(*notes, *content.notes),
    )


def _kind(data: bytes, name: str, where: Origin) -> str:
    suffix = PurePath(name).suffix.lower()
    if data.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:1024]):
        return "pdf"
    if data.startswith(_ARCHIVE):
        if suffix in _OTHERS:
            raise SourceError(Problem(f"a {suffix} file is no article", where, _OTHERS[suffix]))
        return "docx"
    if data.startswith(_OLE) or suffix in _OTHERS:
        remedy = _OTHERS.get(suffix, "Save it as .docx in the program that wrote it")
        raise SourceError(Problem(f"files like {suffix or 'this one'} are not read", where, remedy))
    if suffix in {".docx", ".pdf"}:
        raise SourceError(Problem(f"the file is named {suffix} and is none", where, "Name it after what it is"))
    kind = _KINDS.get(suffix, "txt")
    if kind == "txt" and re.match(
        rb"\s*(<!doctype html|<html[\s>])", data[:400].lstrip(b"\xef\xbb\xbf"), re.IGNORECASE
    ):
        return "html"
    return kind
