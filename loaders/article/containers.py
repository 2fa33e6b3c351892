"""The plain text inside HTML pages, Word documents and PDF files.

One paragraph a line, in reading order. Table cells are parted by tabs, so that no word is read across them.
HTML needs no more than the standard library's tokeniser, a .docx is a zip of XML; PDF takes pypdf, which is
pure Python and well kept.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree import ElementTree

from ontology.errors import Origin, Problem, SourceError

_XML_LIMIT = 100_000_000
_SUSPICIOUS_RATIO = 200
_PAGES = 3000

_SKIPPED = {"script", "style", "template", "noscript", "svg", "head", "nav", "iframe", "select", "button"}
_BLOCKS = {
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "tr", "table", "br", "hr",
    "blockquote", "pre", "header", "footer", "main", "aside", "figure", "figcaption", "dl", "dt", "dd", "body", "form",
}  # fmt: skip
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Extracted:
    """A plain text, the title its file declares, and what to tell about it."""

    text: str
    title: str | None = None
    notes: tuple[str, ...] = ()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line: list[str] = []
        self.skipping: list[str] = []
        self.title: list[str] = []
        self.in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self.in_title = True
        elif tag == "body":
            self.skipping.clear()  # a head that was never closed
        elif tag in _SKIPPED and tag not in _VOID:
            self.skipping.append(tag)
        if tag in _BLOCKS:
            self.end_line()
        elif tag in {"td", "th"} and self.line:
            self.line.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        if self.skipping and tag in self.skipping:
            del self.skipping[self.skipping.index(tag) :]
        if tag in _BLOCKS:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title.append(data)
        elif not self.skipping:
            self.line.append(re.sub(r"[ \r\n\t\f]+", " ", data))

    def end_line(self) -> None:
        line = "".join(self.line).strip(" ")
        if line.strip():
            self.lines.append(line)
        self.line.clear()


def html_text(page: str) -> Extracted:
    """Return the text of a page: what is between its tags, without navigation, scripts and styles."""
    parser = _Text()
    parser.feed(page)
    parser.close()
    parser.end_line()
    return Extracted("\n".join(parser.lines), " ".join("".join(parser.title).split()) or None)


def docx_text(data: bytes, where: Origin) -> Extracted:
    """Return the paragraphs of a Word document; `SourceError` where it is damaged, encrypted or a zip bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" not in names:
                raise SourceError(Problem("this archive is no Word document", where, "Name the article itself"))
            body = ElementTree.fromstring(_member(archive, "word/document.xml", where))
            core = _member(archive, "docProps/core.xml", where) if "docProps/core.xml" in names else b""
    except (zipfile.BadZipFile, ElementTree.ParseError, NotImplementedError, EOFError, RuntimeError) as error:
        message = f"the Word document is damaged or encrypted: {error}"
        raise SourceError(Problem(message, where, "Open it in the program that wrote it and save it anew")) from error
    title = re.search(r"<dc:title>([^<]+)</dc:title>", core.decode("utf-8", "replace"))
    root = body.find(f"{_W}body")
    return Extracted("\n".join(_blocks(root) if root is not None else []), title[1].strip() if title else None)


def _member(archive: zipfile.ZipFile, name: str, where: Origin) -> bytes:
    info = archive.getinfo(name)
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > _XML_LIMIT or (ratio > _SUSPICIOUS_RATIO and info.file_size > 10_000_000):
        message = f"“{name}” would unpack to {info.file_size:,} bytes"
        raise SourceError(Problem(message, where, "No article is that long: it was not unpacked"))
    with archive.open(info) as file:
        content = file.read(_XML_LIMIT + 1)  # what the directory says of its size may be a lie
    if len(content) > _XML_LIMIT or b"<!DOCTYPE" in content[:2000]:
        raise SourceError(Problem(f"“{name}” is not what Word writes", where, "It was not read"))
    return content


def _blocks(parent: ElementTree.Element) -> list[str]:
    lines: list[str] = []
    for block in parent:
        if block.tag == f"{_W}p":
            lines.append(_paragraph(block))
        elif block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                lines.append("\t".join(" ".join(_blocks(cell)) for cell in row.findall(f"{_W}tc")))
        elif block.tag == f"{_W}sdt":
            for content in block.findall(f"{_W}sdtContent"):
                lines += _blocks(content)
    return lines


def _paragraph(paragraph: ElementTree.Element) -> str:
    parts: list[str] = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":  # deleted text is w:delText, so tracked deletions stay out
            parts.append(node.text or "")
        elif node.tag == f"{_W}tab":
            parts.append(" ")
        elif node.tag in {f"{_W}br", f"{_W}cr"}:
            parts.append("\n")
    return "".join(parts)


def pdf_text(data: bytes, where: Origin) -> Extracted:
    """Return the text layer of a PDF, page after page; `SourceError` where it is damaged or locked."""
    import logging  # noqa: PLC0415  what only PDF needs

    import pypdf  # noqa: PLC0415  0.1 s that no other kind of file should wait for

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks on odd files are no business of the reader's
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(Problem("the PDF is locked by a password", where, "Save it without one"))
        if len(reader.pages) > _PAGES:
            message = f"the PDF has {len(reader.pages):,} pages, where at most {_PAGES:,} are read"
            raise SourceError(Problem(message, where, "Split it"))
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except SourceError:
        raise
    except Exception as error:  # pypdf raises whatever a malformed object makes Python raise
        message = f"the PDF cannot be read: {str(error) or type(error).__name__}"
        raise SourceError(Problem(message, where, "Open it elsewhere and save it anew, or as plain text")) from error
    # A lone surrogate is a glyph without a character; it cannot be written out again.
    text = "\n".join(pages).encode("utf-8", "replace").decode("utf-8")
    return Extracted(text, (title or "").strip() or None)
