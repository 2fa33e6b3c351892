"""Files become texts, whatever encoding and container they have, or say why they do not."""

from __future__ import annotations

import codecs
import hashlib
import io
import zipfile
from pathlib import Path

import pypdf
import pytest

from loaders.article.document import FILE_LIMIT, TEXT_LIMIT, decode, read_document
from ontology.errors import SourceError

TEXT = "青河县与海东市结对，\r\n共建车间12个。\n受益农户３０余户，人均增收１，２００元。\n"


def message(data: bytes, name: str = "report.txt") -> str:
    with pytest.raises(SourceError) as caught:
        decode(data, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_every_encoding_gives_the_same_text_and_digest(encoding: str, mark: bytes) -> None:
    document = decode(mark + TEXT.encode(encoding), "report.txt")

    assert document.text == TEXT
    assert document.encoding == encoding
    assert document.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert document.language == "zh"


def test_a_utf8_file_is_cited_by_its_own_digest() -> None:
    document = decode(TEXT.encode(), "report.txt")

    assert document.sha256 == document.file_sha256


def test_traditional_chinese_in_big5_is_not_taken_for_gb18030() -> None:
    text = "這個項目幫助貧困戶發展產業，帶動就業。" * 3

    assert decode(text.encode("big5"), "report.txt").text == text


def test_what_a_page_declares_wrongly_is_told_and_not_followed() -> None:
    page = '<html><head><meta charset="gb2312"><title>简报</title></head><body><p>共建车间12个。</p></body></html>'
    document = decode(page.encode("utf-8"), "page.html")

    assert document.text == "共建车间12个。"
    assert document.declared_title == "简报"
    assert "gb18030" in document.notes[0]
    assert decode(page.encode("gb18030"), "page.html").notes == ()


def test_a_page_loses_its_scripts_and_keeps_its_cells_apart() -> None:
    page = (
        "<!DOCTYPE html><html><head><style>p{}</style></head><body><nav>首页 新闻</nav><script>var a = 12;</script>"
        "<h1>结对帮扶</h1><p>投入<b>300</b>\n万元&nbsp;建&#x6210;车间</p><table><tr><td>东河村</td><td>45</td></tr></table>"
        "<p>完"
    )

    assert decode(page.encode(), "page.txt").text == "结对帮扶\n投入300 万元\xa0建成车间\n东河村\t45\n完"


def docx(*paragraphs: str, extra: str = "") -> bytes:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {w}><w:body>{body}{extra}</w:body></w:document>")
    return file.getvalue()


def test_a_word_document_gives_a_line_a_paragraph() -> None:
    deleted = (
        "<w:p><w:del><w:r><w:delText>不算</w:delText></w:r></w:del><w:ins><w:r><w:t>算数</w:t></w:r></w:ins></w:p>"
    )
    document = decode(docx("标题", "共建车间12个。", extra=deleted), "report.docx")

    assert document.text == "标题\n共建车间12个。\n算数"
    assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest() != document.file_sha256


def test_a_zip_bomb_is_not_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 120_000_000)

    assert "would unpack to 120,000,000 bytes" in message(file.getvalue(), "report.docx")


def test_entities_in_a_word_document_are_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')

    assert "is not what Word writes" in message(file.getvalue(), "report.docx")


def pdf(text: str) -> bytes:
    """A PDF of one page with a text layer, in the font that every reader has."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % table
    return bytes(out)


def test_a_pdf_gives_its_text_layer() -> None:
    assert decode(pdf("12 workshops were built"), "report.pdf").text.strip() == "12 workshops were built"


def test_a_pdf_without_text_or_with_a_password_says_so() -> None:
    assert "text recognition" in message(pdf(""), "scan.pdf")

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("secret")))
    writer.encrypt("key", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    assert "password" in message(file.getvalue(), "locked.pdf")


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.txt", "empty"),
        (b"\xef\xbb\xbf \n", "a.txt", "empty"),
        (bytes(range(256)) * 8, "a.txt", "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "a.txt", "binary"),
        ("车间".encode() + b"\xff\xfe\xff" * 9, "a.txt", "byte 6 (line 1)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "Save it as .docx"),
        (b"PK\x03\x04broken", "a.docx", "damaged"),
        (b"%PDF-1.7\nbroken", "a.pdf", "cannot be read"),
        (b"plain", "a.pdf", "is none"),
        (b"<html><body><script>1</script></body></html>", "a.html", "no text"),
        (b"\xef\xbb\xbfab\xff", "a.txt", "does not go on so"),
        (b"x" * (TEXT_LIMIT + 1), "a.txt", "too long"),
        (b"x" * (FILE_LIMIT + 1), "a.txt", "too large"),
    ],
)
def test_what_is_no_article_says_why(data: bytes, name: str, words: str) -> None:
    assert words in message(data, name)


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_bytes(TEXT.encode())

    assert read_document(file).text == TEXT
    assert read_document(file).kind == "md"
