"""Figures in words: numbers, qualifiers and units as each language writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ontology import vocabulary
from server.figures import Unit, number, plural, sentence
from server.texts import known

HOUSEHOLD = {"zh": Unit("household", "户"), "en": Unit("household", "household")}
COOPERATIVE = {"zh": Unit("cooperative", "合作社"), "en": Unit("cooperative", "cooperative")}
PRODUCT = {"zh": Unit("product-kind", "产品种类", "种"), "en": Unit("product-kind", "kind of product")}
YUAN = {"zh": Unit("CNY", "人民币"), "en": Unit("CNY", "Chinese yuan")}
RATIO = {"zh": Unit("ratio", "比例"), "en": Unit("ratio", "ratio")}
PERSON = {"zh": Unit("person", "人"), "en": Unit("person", "person")}


@pytest.mark.parametrize(
    ("value", "qualifier", "unit", "zh", "en"),
    [
        ("400", "over", HOUSEHOLD, "超过400户", "more than 400 households"),
        ("57", "exact", COOPERATIVE, "57个合作社", "57 cooperatives"),
        ("1", "exact", COOPERATIVE, "1个合作社", "1 cooperative"),
        ("97", "exact", PRODUCT, "97种", "97 kinds of product"),
        ("100", "nearly", PRODUCT, "近100种", "nearly 100 kinds of product"),
        ("150000000", "gt", YUAN, "超过1.5亿元", "more than CNY 150 million"),
        ("70000", "exact", PERSON, "7万人", "70,000 people"),
        ("2200000", "over", PERSON, "超过220万人", "more than 2.2 million people"),
        ("0.15", "exact", RATIO, "15%", "15%"),
        ("0.15", "ge", RATIO, "至少15%", "at least 15%"),
        ("57", None, COOPERATIVE, "57个合作社", "57 cooperatives"),
    ],
)
def test_a_figure_reads_as_its_words_say(
    value: str, qualifier: str | None, unit: dict[str, Unit], zh: str, en: str
) -> None:
    assert sentence("zh", Decimal(value), qualifier, unit["zh"]) == zh
    assert sentence("en", Decimal(value), qualifier, unit["en"]) == en


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("12345", "12345", "12,345"),
        ("123400", "12.34万", "123,400"),
        ("1E+8", "1亿", "100 million"),
        ("1234567", "1234567", "1,234,567"),
        ("0.5", "0.5", "0.5"),
        ("-20000", "-2万", "-20,000"),
        ("2500000000", "25亿", "2.5 billion"),
    ],
)
def test_numbers_are_never_rounded(value: str, zh: str, en: str) -> None:
    assert number("zh", Decimal(value)) == zh
    assert number("en", Decimal(value)) == en


def test_every_qualifier_has_words() -> None:
    assert all(known(f"figure.{key}") for key in vocabulary.concept_keys("qualifier"))


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("county", "counties"),
        ("person", "people"),
        ("person-time", "person-times"),
        ("kind of product", "kinds of product"),
        ("sales outlet", "sales outlets"),
        ("social organisation", "social organisations"),
        ("mu", "mu"),
        ("batch", "batches"),
    ],
)
def test_units_have_plurals(one: str, many: str) -> None:
    assert plural(one) == many
