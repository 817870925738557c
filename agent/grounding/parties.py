"""Who is meant: ids, shortened ids, label names and quotations of a sentence, resolved in the evidence cited."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from casewright.agent.grounding.facts import Index
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.reading import Reading
from casewright.agent.grounding.tokens import plain
from casewright.knowledge.records import canonical_id

_COMPARED = 40  # ids held against an unknown one


@dataclass(frozen=True)
class Problem:
    """What is wrong with a figure, and the fact that comes nearest."""

    why: str
    nearest: str = ""


def resolve(figure: Figure, index: Index, everything: Index) -> Problem | None:
    """Give an id, name or quotation its parties; tell what is wrong where the evidence cited does not hold it."""
    if figure.kind == "id":
        return _id(figure, index, everything)
    if figure.kind == "short":
        return _short(figure, index)
    if figure.kind in {"quote", "name"}:
        return _name(figure, index, everything)
    return None


def _id(figure: Figure, index: Index, everything: Index) -> Problem | None:
    text = canonical_id(figure.text)
    if text in index.parties:
        figure.ids = frozenset({text})
        return None
    if text in index.ids or _is_word(text, index) or _within_text(text, index):
        return None  # a device, an alert, a rule, a word of a memo: a fact, but no party
    if text in everything.parties:
        return Problem("is not in the evidence cited here", _nearest_id(text, index.parties))
    return Problem("is in no evidence of the case", _nearest_id(text, index.parties))


def _is_word(text: str, index: Index) -> bool:
    return any(known.fact.kind not in {"id", "hash"} for known in index.ids.get(text.casefold(), ()))


def _within_text(text: str, index: Index) -> bool:
    """Whether an id stands as a whole word in a text or name that the evidence holds."""
    wanted = re.compile(rf"(?<![\w-]){re.escape(text.casefold())}(?![\w-])")
    return len(text) >= 2 and any(text.casefold() in held and wanted.search(held) for held in index.texts)


def _short(figure: Figure, index: Index) -> Problem | None:
    head, tail = re.split(r"…|\.{2,3}", canonical_id(figure.text), maxsplit=1)
    fold = figure.text[:2].lower() == "0x"
    if fold:
        head, tail = head.lower(), tail.lower()
    if len(head.removeprefix("0x")) + len(tail) < 3:
        return Problem("is too short a form of an address to tell one from another")
    found = {p for p in index.parties if p.startswith(head) and p.endswith(tail) and len(p) > len(head) + len(tail)}
    if len(found) == 1:
        figure.ids = frozenset(found)
        return None
    if found:
        return Problem(f"fits {len(found)} ids of the evidence cited", ", ".join(sorted(found)[:2]))
    return Problem("fits no id of the evidence cited", _nearest_id(head, index.parties))


def _nearest_id(text: str, known: Iterable[str]) -> str:
    """The id most like it; only those that begin alike are compared, so that a large case stays quick."""
    alike = [name for name in known if name[:4] == text[:4] or name[-4:] == text[-4:]]
    alike = sorted(alike, key=lambda name: (name[:6] != text[:6], name))[:_COMPARED]
    return next(iter(difflib.get_close_matches(text, alike, 1, 0.5)), "")


def _name(figure: Figure, index: Index, everything: Index) -> Problem | None:
    text = " ".join(plain(figure.text).strip('"“”«» .,;').casefold().split())
    if not text:
        return None
    if text in index.bearers:
        figure.kind, figure.ids = "name", frozenset(index.bearers[text] - {""})
        return None
    if text in index.holders:
        figure.kind, figure.ids = "name", frozenset(index.holders[text] - {""})
        return None
    if text in index.ids:
        if canonical_id(text) in index.parties or text in index.parties:
            figure.ids = frozenset({canonical_id(text)})
        return None
    if text in everything.labels and text in everything.bearers:
        borne = ", ".join(sorted(everything.bearers[text])[:2])
        return Problem("is a label that the evidence cited does not hold", f"borne by {borne}")
    labels = [name for name in index.bearers if text in name]
    if labels:
        return Problem("is not the whole name of a label", sorted(labels)[0])
    if len(text) >= 3 and any(_inside(text, held) for held in index.texts):
        return None
    close = difflib.get_close_matches(text, list(index.bearers)[:500], 1, 0.7)
    return Problem("is no name or text of the evidence cited", close[0] if close else "")


def _inside(text: str, held: str) -> bool:
    place = held.find(text)
    if place < 0:
        return False
    before, after = held[place - 1 : place], held[place + len(text) : place + len(text) + 1]
    return not (before.isalnum() or after.isalnum())


_NEAR = 4


def misplaced(reading: Reading, index: Index) -> Iterator[tuple[Figure, Problem]]:
    """Label names that stand at an address that does not bear them."""
    for place, figure in enumerate(reading.figures):
        if figure.kind != "name" or not figure.ids or plain(figure.text).strip('"“”«»').casefold() not in index.bearers:
            continue
        before = reading.figures[place - 1] if place else None
        after = reading.figures[place + 1] if place + 1 < len(reading.figures) else None
        for other, first, last in (
            (before, before.last if before else 0, figure.first),
            (after, figure.last, after.first if after else 0),
        ):
            if other is None or other.kind not in {"id", "short"} or not other.ids or last - first > _NEAR:
                continue
            between = reading.words[first:last]
            opens = other is before or "(" in between
            joined = opens and set(between) <= lexicon().words("label_joints") | {"(", ")", ",", "-"}
            if joined and not other.ids & figure.ids:
                borne = ", ".join(sorted(figure.ids)[:2])
                yield figure, Problem(f"is not a label of {other.text}", f"borne by {borne}")
