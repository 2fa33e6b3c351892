"""What a person should look at before an entry is taken as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_QUESTIONS: Final = {
    "programme": ("文中未给名称，这里用标题代替。这是一个项目吗？叫什么？",
                  "The text gives no name; the title stands for it. Is this a programme, and what is it called?"),
    "donor-area": ("文中只说地名，作为帮扶方的是政府还是某一机构？",
                   "The text names only the place. Is the donor its government, or some other body?"),
    "place": ("同名地方不止一处，也可能是 {0}。是这一处吗？",
              "Several places bear this name, such as {0}. Is it this one?"),
    "pilot": ("这是单独的项目，还是同一项目的试点？", "Is this a programme of its own, or the pilot of the other?"),
    "indicator": ("规则没有认出这个数字量的是什么。", "The rules do not know what this figure measures."),
    "target": ("这个目标可以和所列的完成数对照吗？", "Can this target be set against the achieved figure named here?"),
    "include": ("较小的数字是否已计入这个数字？", "Is the smaller figure counted in this one?"),
    "unit": ("单位“{0}”不在单位表中。", "The unit “{0}” is not in the list of units."),
    "low": ("这条规则在测试文本上只有 {0} 成立。",
            "Where it was measured this rule was right in only {0} of its uses."),
}  # fmt: skip


def ask(question: str, language: str, about: Sequence[str] = ()) -> str:
    """Return a question in the document's language."""
    return _QUESTIONS[question][language == "en"].format("、".join(about))
