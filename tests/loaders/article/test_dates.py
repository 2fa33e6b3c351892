"""What dates and periods of Chinese prose stand for."""

from __future__ import annotations

import pytest

from loaders.article.dates import date_spans


@pytest.mark.parametrize(
    ("words", "intervals"),
    [
        ("“十三五”期间投入3亿元", ["2016-01/2020-12"]),
        ("“十五”期间投入3亿元", ["2001-01/2005-12"]),
        ("“十二五”末", ["2015-01/2015-12"]),
        ("十三五开局", ["2016-01/2016-12"]),
        ("“十一五”以来", ["2006-01/.."]),
        ("自1996年对口协作以来，派出干部", ["1996-01/.."]),
        ("自2018年3月开展工作以来", ["2018-03/.."]),
        ("2018年3月15日起", ["2018-03-15/.."]),
        ("自1996年开始，今年以来", ["1996-01/1996-12", "2019-01/.."]),
        ("今年前三季度销售", ["2019-01/2019-09"]),
        ("前三个季度", ["2019-01/2019-09"]),
        ("2018年一至三季度", ["2018-01/2018-09"]),
        ("2018年第三季度", ["2018-07/2018-09"]),
        ("十五家企业", []),
    ],
)
def test_periods_are_intervals(words: str, intervals: list[str]) -> None:
    assert [span.interval for span in date_spans(words, "2019-10-17")] == intervals
