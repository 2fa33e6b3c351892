"""``duikou extract`` and articles among the sources of ``duikou load``, from the outside."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graph.database import Database
from loaders.case_file import read_case_file
from loaders.evidence import check_against_text
from server.cli import main

TEXT = """山货进城 洛宁苹果卖到钱塘江边

2021年以来,浙江省杭州市与河南省洛阳市洛宁县开展“山货进城”活动,采用“公司+合作社+农户”的模式,建立苹果合作社12个,
带动贫困户3200余户增收。截至年底,销售苹果5600吨,销售金额突破3000万元。杭州市计划再培训200名技术员。
"""


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "luoning.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that was begun with the article."""
    folder = tmp_path_factory.mktemp("loaded")
    file = folder / "luoning.txt"
    file.write_text(TEXT, encoding="utf-8")
    result = run("load", file, "--db", folder / "db")
    assert result.exit_code == 0, result.stderr
    return folder


def extracted(*arguments: object, stdin: bytes | None = None) -> dict[str, Any]:
    result = run("extract", *arguments, stdin=stdin)
    assert result.exit_code == 0, result.stderr
    data: dict[str, Any] = json.loads(result.stdout)
    return data


# -- formats ------------------------------------------------------------------


def test_json_has_every_kind_of_fact_with_its_words(article: Path) -> None:
    data = extracted(article)

    assert data["document"]["characters"] == len(TEXT)
    assert set(data) >= {"document", "cases", "quantities", "places", "organisations", "names", "relations", "unread"}
    for kind in ("quantities", "places", "organisations", "names", "relations"):
        for fact in data[kind]:
            assert TEXT[fact["start"] : fact["end"]] == fact["surface"]
            assert {"rule", "confidence", "case"} <= set(fact)
    assert {(q["value"], q["unit"]) for q in data["quantities"]} >= {(5600, "t"), (30000000, "CNY"), (200, "person")}
    assert {(p["code"], p["role"]) for p in data["places"]} >= {("330000", "donor area"), ("410328", "recipient area")}
    assert {("山货进城", "programme"), ("公司+合作社+农户", "model")} <= {(n["name"], n["kind"]) for n in data["names"]}
    assert "usesModel" in {r["predicate"] for r in data["relations"]}


def test_what_is_read_from_standard_input_is_the_same(article: Path) -> None:
    assert extracted("-", stdin=TEXT.encode()) == extracted(article)


def test_a_case_file_is_valid_and_cites_the_text(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "luoning.yaml"
    assert run("extract", article, "-o", target).exit_code == 0

    source = read_case_file(target)
    assert source.graph == "source/luoning"
    assert check_against_text(source, TEXT) == []
    assert "【3200余户】" in target.read_text("utf-8")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(text: str, tmp_path: Path) -> tuple[str, Page]:
    file = tmp_path / "page.txt"
    file.write_text(text, encoding="utf-8")
    result = run("extract", file, "--format", "html")
    assert result.exit_code == 0, result.stderr
    page = Page()
    page.feed(result.stdout)
    return result.stdout, page


def test_the_page_shows_the_text_marked_with_a_record_for_each_fact(tmp_path: Path) -> None:
    html, page = page_of(TEXT, tmp_path)
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}

    for line in filter(None, TEXT.splitlines()):
        assert line in page.text.replace("\n", "") or line in page.text
    assert {attrs["href"][1:] for _, attrs in page.tags if (attrs.get("href") or "").startswith("#")} <= ids
    assert 'class="q"' in html
    assert "30000000 CNY" in page.text


def test_the_page_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    evil = "“<script>alert(1)</script>”项目启动。</title><img src=x onerror=alert(1)>投入3万元。\n"
    html, page = page_of(evil, tmp_path)

    assert not {tag for tag, _ in page.tags} & {"script", "img", "iframe", "link", "object"}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
    assert "default-src 'none'" in html
    assert evil.strip() in page.text


# -- a second time ------------------------------------------------------------


def test_decisions_survive_a_second_extraction(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "luoning.yaml"
    run("extract", article, "-o", target)
    text = target.read_text("utf-8")
    at = text.index("figures:")
    edited = text[:at] + text[at:].replace("state: unreviewed", "state: rejected", 1).replace(
        "value: 3200", "value: 3210"
    )
    target.write_text(edited, encoding="utf-8")

    assert run("extract", article, "-o", target).exit_code == 0
    again = target.read_text("utf-8")
    assert "state: rejected" in again
    assert "value: 3210" in again
    assert run("extract", article, "--format", "yaml", "--previous", target).stdout == again


def test_a_file_about_another_text_is_not_touched(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "luoning.yaml"
    run("extract", article, "-o", target)
    before = target.read_bytes()
    article.write_text(TEXT + "另有一段。", encoding="utf-8")

    result = run("extract", article, "-o", target)
    assert result.exit_code == 1
    assert "another text" in result.stderr
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# -- odd input ----------------------------------------------------------------

BROKEN: list[tuple[bytes, str]] = [
    (b"", "the file is empty"),
    (b"  \n\t \n", "the file is empty"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "binary"),
    (b"\x7fELF" + bytes(2000), "binary"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
@pytest.mark.parametrize("format", ["json", "yaml", "html"])
def test_what_is_no_text_is_told_in_one_line(tmp_path: Path, content: bytes, message: str, format: str) -> None:
    file = tmp_path / "odd.txt"
    file.write_bytes(content)

    for result in (run("extract", file, "--format", format), run("extract", "-", "--format", format, stdin=content)):
        assert (result.exit_code, result.stdout) == (1, "")
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_file_over_fifty_megabytes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    with file.open("wb") as out:
        out.truncate(50_000_001)

    result = run("extract", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "too large" in result.stderr


def test_a_missing_file_a_folder_and_wrong_usage_are_told_apart(tmp_path: Path) -> None:
    assert "no such file" in run("extract", tmp_path / "none.txt").stderr
    assert "folder" in run("extract", tmp_path).stderr
    assert run("extract").exit_code == 2
    assert run("extract", "a.txt", "--format", "pdf").exit_code == 2
    assert run("extract", "a.txt", "--year", "12").exit_code == 2
    assert run("extract", "a.txt", "--previous", "b.yaml").exit_code == 2


def test_the_bytes_and_not_the_declaration_say_which_encoding_it_is(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(f'<meta charset="utf-8"><p>{TEXT}</p>'.encode("gb18030"))

    result = run("extract", file)
    assert result.exit_code == 0
    assert "note:" in result.stderr
    assert 5600 in {q["value"] for q in json.loads(result.stdout)["quantities"]}


NOTHING = {
    "a table of numbers": "1\t2\t3\n4.5\t6.7\t8\n" * 40,
    "a poem": "白日依山尽\n黄河入海流\n欲穷千里目\n更上一层楼\n",
    "a greeting": "你好,今天天气不错。\n",
    "English prose": "It was a bright cold day, and nobody was in the street. The dog slept.\n",
    "punctuation": "。。。！！！……\n",
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_nothing_is_told_nothing_is_read(name: str) -> None:
    result = run("extract", "-", stdin=NOTHING[name].encode())

    assert result.exit_code == 0
    assert "no fact was found" in result.stderr
    data = json.loads(result.stdout)
    assert [data[kind] for kind in ("quantities", "organisations", "names", "relations")] == [[], [], [], []]
    for format in ("yaml", "html"):
        assert run("extract", "-", "--format", format, stdin=NOTHING[name].encode()).exit_code == 0


# -- loading ------------------------------------------------------------------

FIGURE = "SELECT ?m { ?m a dk:Measurement ; dk:value ?v FILTER(?v = 5600) }"


def ask(folder: Path, query: str) -> list[list[str]]:
    result = run("query", "--db", folder / "db", "--format", "csv", "-q", query)
    assert result.exit_code == 0, result.stderr
    return [line.split(",") for line in result.stdout.splitlines()[1:]]


def test_a_loaded_article_is_unreviewed_with_rule_and_confidence(filled: Path) -> None:
    rows = ask(
        filled,
        "SELECT ?value ?state ?rule ?confidence { ?m a dk:Measurement ; dk:value ?value ; dk:reviewState ?state ; "
        "dk:extractionRule ?rule ; dk:confidence ?confidence }",
    )
    assert {row[0] for row in rows} >= {"5600", "30000000", "200"}
    assert {row[1].rsplit("/", 1)[1] for row in rows} == {"unreviewed"}
    assert all(row[2] and 0 <= float(row[3]) <= 1 for row in rows)


def test_the_text_of_a_loaded_article_is_kept(filled: Path) -> None:
    (kept,) = (filled / "db" / "documents").glob("*.txt")

    assert kept.read_text("utf-8") == TEXT
    page = run("get", ask(filled, FIGURE)[0][0], "--db", filled / "db")
    assert page.exit_code == 0


def test_the_page_of_a_figure_says_that_nobody_reviewed_it(filled: Path) -> None:
    iri = ask(filled, FIGURE)[0][0]
    path = iri.removeprefix("https://w3id.org/duikou/id/")

    assert "未核对" in run("get", f"/zh/{path}", "--db", filled / "db").stdout
    assert "unreviewed" in run("get", f"/en/{path}", "--db", filled / "db").stdout


def test_loading_it_again_changes_nothing(filled: Path) -> None:
    result = run("load", filled / "luoning.txt", "--db", filled / "db")

    assert result.exit_code == 0
    assert "unchanged" in result.stdout


def test_a_dry_run_publishes_and_keeps_nothing(article: Path, tmp_path: Path) -> None:
    result = run("load", article, "--db", tmp_path / "db", "--dry-run")

    assert result.exit_code == 0
    assert Database(tmp_path / "db").current is None
    assert list((tmp_path / "db").glob("documents/*")) == []


def test_a_report_lists_what_was_not_read(filled: Path, tmp_path: Path) -> None:
    file, report = tmp_path / "bianqian.txt", tmp_path / "report.json"
    file.write_text(TEXT + "大家一心一意谋发展。\n", encoding="utf-8")
    assert run("load", file, "--db", filled / "db", "--dry-run", "--report", report).exit_code == 0

    unread = json.loads(report.read_text("utf-8"))["loads"][0]["unread"]
    assert any(re.search(r"bianqian\.txt:5:\d+: “一", line) for line in unread), unread


def test_a_broken_article_among_good_ones_changes_nothing(filled: Path, article: Path, tmp_path: Path) -> None:
    before = Database(filled / "db").current
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"PK\x03\x04 broken")

    result = run("load", article, bad, "--db", filled / "db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "bad.docx" in result.stderr
    now = Database(filled / "db").current
    assert before is not None
    assert now is not None
    assert now.number == before.number


def test_a_reviewed_case_file_is_not_replaced_by_its_article(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "luoning.yaml"
    run("extract", article, "-o", target)
    db = tmp_path / "db"
    assert run("build", "--db", db).exit_code == 0
    assert run("load", target, "--db", db).exit_code == 0

    assert "kept as the text" in run("load", article, "--db", db).stdout
    refused = run("load", article, "--as", "article", "--db", db)
    assert refused.exit_code == 1
    assert "may have been reviewed" in refused.stderr


def test_a_case_file_loads_into_an_empty_directory(article: Path, tmp_path: Path) -> None:
    target, db = tmp_path / "luoning.yaml", tmp_path / "db"
    run("extract", article, "-o", target)

    result = run("load", target, "--db", db)
    assert result.exit_code == 0, result.stderr
    assert ask(tmp_path, FIGURE)


def test_an_article_is_validated_without_being_loaded(article: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    assert run("build", "--db", db).exit_code == 0
    before = Database(db).current

    result = run("validate", article, "--db", db)
    assert (result.exit_code, "no violations" in result.stdout) == (0, True), result.stderr
    assert Database(db).current == before
