"""How pages are cited: GB/T 7714, BibTeX and CSL-JSON, whatever a name holds."""

from __future__ import annotations

import json
from datetime import date

import pytest

from server.pages.citing import citings

IRI = "https://w3id.org/duikou/id/programme/baixian-baipin"
DAYS = (date(2026, 3, 1), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("lang", "gbt"),
    [
        ("zh", f"对口知识图谱. “百县百品”活动[DB/OL]. (2026-03-01)[2026-11-25]. {IRI}."),
        ("en", f"Duikou knowledge graph. “百县百品”活动[DB/OL]. (2026-03-01)[2026-11-25]. {IRI}."),
    ],
)
def test_a_citation_names_title_days_and_iri(lang: str, gbt: str) -> None:
    forms = {c.key: c.words for c in citings(lang, IRI, "“百县百品”活动", *DAYS)}
    assert forms["gbt"] == gbt
    assert forms["bibtex"].startswith("@misc{duikou-programme-baixian-baipin,\n")
    assert f"  url = {{{IRI}}}" in forms["bibtex"]
    (item,) = json.loads(forms["csl"])
    assert item["URL"] == IRI
    assert item["issued"] == {"date-parts": [[2026, 3, 1]]}
    assert item["accessed"] == {"date-parts": [[2026, 11, 25]]}


def test_no_name_breaks_out_of_its_form() -> None:
    forms = {c.key: c.words for c in citings("en", IRI, '}} 50% & "x" \\end{x} {', None, DAYS[1])}
    body = forms["bibtex"]
    assert body.count("{") == body.count("}")
    assert r"50\% \&" in body
    assert json.loads(forms["csl"])[0]["title"] == '}} 50% & "x" \\end{x} {'
    assert "issued" not in json.loads(forms["csl"])[0]
