"""What a rule says, read off its text: its head, the patterns of its body, and the axioms it reads.

Only the forms that our rules have are understood; anything else is `Unread`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import NamedNode

from graph import tokens
from ontology.namespaces import expand
from ontology.vocabulary import Rule

TYPE: Final = NamedNode(expand("rdf:type"))

#: A variable as it is written, or an IRI.
Part = str | NamedNode
Pattern = tuple[Part, Part, Part]


class Unread(Exception):  # noqa: N818  # it is no error
    """A rule in a form that is not understood here."""


@dataclass(slots=True)
class Clause:
    """A rule as it was read.

    `patterns` are those that a solution must match, sub-selects that read axioms left out; `axioms`
    the IRIs in these sub-selects; `values` the IRIs in VALUES. `with_values` puts VALUES before what
    is matched.
    """

    name: str
    text: str
    head: list[Pattern] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    axioms: set[NamedNode] = field(default_factory=set)
    values: set[NamedNode] = field(default_factory=set)
    #: Where the body begins, after its brace, and the places of NOT EXISTS in it.
    begin: int = 0
    denials: list[tuple[int, int]] = field(default_factory=list)

    def with_values(self, values: str, *, denying: bool = True) -> str:
        """Return the rule's text with VALUES at the head of its body; `denying` keeps its NOT EXISTS."""
        parts, copied = [self.text[: self.begin], f" {values} "], self.begin
        for start, end in () if denying else self.denials:
            parts.append(self.text[copied:start])
            copied = end
        return "".join((*parts, self.text[copied:]))


def read(rule: Rule, *, into_selects: bool = False) -> Clause:
    """Read a rule. With `into_selects` its sub-select is its body, as where names are put together."""
    found = list(tokens.read(rule.text))
    words = [t.text.upper() if t.is_word and t.text != "a" else t.text for t in found]
    if words.count("CONSTRUCT") != 1:
        raise Unread(rule.name)
    clause = Clause(rule.name, rule.text)
    reading = _Reading(found, words, tokens.prefixes(rule.text), clause, into_selects)
    at = words.index("CONSTRUCT") + 1
    end = reading.closing(at)
    reading.group(at + 1, end - 1, clause.head)
    if words[end : end + 2] != ["WHERE", "{"]:
        raise Unread(rule.name)
    clause.begin = found[end + 1].end
    reading.group(end + 2, reading.closing(end + 1) - 1, clause.patterns)
    return clause


class _Reading:
    def __init__(
        self,
        found: Sequence[tokens.Token],
        words: Sequence[str],
        prefixes: dict[str, str],
        clause: Clause,
        into_selects: bool,
    ) -> None:
        self._found = found
        self._words = words
        self._prefixes = prefixes
        self._clause = clause
        self._into_selects = into_selects

    def closing(self, at: int) -> int:
        """Return the place after the bracket that closes the one at a place."""
        depth = 0
        for n in range(at, len(self._words)):
            depth += (self._words[n] in ("{", "(")) - (self._words[n] in ("}", ")"))
            if depth == 0:
                return n + 1
        raise Unread(self._clause.name)

    def group(self, at: int, end: int, into: list[Pattern]) -> None:
        """Read what stands in a group into patterns."""
        while at < end:
            word = self._words[at]
            if word == "{":
                after = self.closing(at)
                self._inner(at, after, into)
                at = after
            elif word in ("UNION", "."):
                at += 1
            elif word == "FILTER":
                at = self._filter(at, into)
            elif word == "BIND":
                at = self.closing(at + 1)
            elif word == "VALUES":
                brace = self.closing(at + 1) if self._words[at + 1] == "(" else at + 2
                after = self.closing(brace)
                self._clause.values.update(self._iris(brace, after))
                at = after
            else:
                at = self._triples(at, end, into)

    def _inner(self, at: int, after: int, into: list[Pattern]) -> None:
        if self._words[at + 1] != "SELECT":
            self.group(at + 1, after - 1, into)
        elif self._into_selects:
            if into:
                raise Unread(self._clause.name)
            where = self._words.index("WHERE", at)
            self._clause.begin = self._found[where + 1].end
            self.group(where + 2, self.closing(where + 1) - 1, into)
        else:
            self._clause.axioms.update(self._iris(at, after))

    def _filter(self, at: int, into: list[Pattern]) -> int:
        if self._words[at + 1 : at + 3] == ["NOT", "EXISTS"]:
            end = self.closing(at + 3)
            self._clause.denials.append((self._found[at].start, self._found[end - 1].end))
            return end
        if self._words[at + 1] == "EXISTS":
            end = self.closing(at + 2)
            self.group(at + 3, end - 1, into)
            return end
        start = at + 1 if self._words[at + 1] == "(" else at + 2  # FILTER(…) or FILTER isIRI(…)
        end = self.closing(start)
        if "EXISTS" in self._words[start:end] and not self._into_selects:
            raise Unread(self._clause.name)
        return end

    def _triples(self, at: int, end: int, into: list[Pattern]) -> int:
        subject = self._part(at)
        at += 1
        while True:
            verb = self._part(at)
            at += 1
            while True:
                into.append((subject, verb, self._part(at)))
                at += 1
                if at >= end or self._words[at] != ",":
                    break
                at += 1
            if at >= end or self._words[at] != ";":
                break
            at += 1
        if at < end and self._words[at] not in (".", "FILTER", "BIND", "VALUES", "{"):
            raise Unread(self._clause.name)
        return at

    def _part(self, at: int) -> Part:
        text = self._found[at].text
        if text == "a":
            return TYPE
        if text[0] in "?$":
            return "?" + text[1:]
        named = tokens.iri(text, self._prefixes)
        if named is None:
            raise Unread(self._clause.name)
        return NamedNode(named)

    def _iris(self, at: int, end: int) -> set[NamedNode]:
        named = (tokens.iri(token.text, self._prefixes) for token in self._found[at:end])
        return {NamedNode(iri) for iri in named if iri is not None}
