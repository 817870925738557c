"""The memo of a network: what the memos of its subjects say, a paragraph for each that names it, repeats said once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casewright.knowledge.case import Alert, Narrative, Section, Sentence

WORDS = 700  # of what is told of the subjects one by one, shared out among them (ours; practice: 800 to 1,500 in all)
_LEAST = 100  # words of a subject
# Of a subject's words, the part that a section may take; sections not named here are told whole.
_INTRODUCTION, _AGAINST, _CHECKED, _CONCLUSION = (
    *("Introduction", "What speaks against"),
    *("What was checked", "Conclusion"),
)
_PARTS = {"What happened": 0.4, "Why it is unusual": 0.4, _AGAINST: 0.2}
_POINTS = ("Still to do before a decision", "What cannot be known here")
_SAID = re.compile(r'"[^"]*"|`[^`]*`|\b(its|it)\b', re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """One subject's memo, its citations those of the network's case."""

    subject: str
    alert: Alert | None
    narrative: Narrative
    profile: tuple[str, ...]  # the evidence that names the subject
    joins: frozenset[str]  # the evidence of whom else it shares devices and addresses with

    def of(self, title: str) -> tuple[Sentence, ...]:
        """The sentences of a section."""
        return tuple(s for section in self.narrative.sections if section.title == title for s in section.sentences)


@dataclass(frozen=True)
class Joined:
    """What joins the subjects, what of it was left out, the things shared, and their evidence, which names all."""

    sentences: Sequence[Sentence]
    left_out: Sequence[Sentence]
    things: frozenset[str]
    evidence: str


def narrative(told: Sequence[Told], joined: Joined, points: Sequence[Section], end: Sentence) -> Narrative:
    """The memo: who is concerned and what joins them, then section by section, END last."""
    titles = dict.fromkeys(s.title for one in told for s in one.narrative.sections)
    middle = [title for title in titles if title not in (_INTRODUCTION, _CONCLUSION, *_POINTS)]
    order = sorted(middle, key=lambda title: _ORDER.index(title) if title in _ORDER else len(_ORDER))
    sections = [
        Section(title=_INTRODUCTION, sentences=tuple(_introduction(told, joined))),
        *(Section(title=title, sentences=tuple(_section(told, title, joined))) for title in order),
        *points,
        Section(title=_CONCLUSION, sentences=(*_conclusion(told, joined), end)),
    ]
    return Narrative(sections=tuple(section for section in sections if section.sentences))


_ORDER = ("What happened", "Why it is unusual", _AGAINST, _CHECKED)


def _introduction(told: Sequence[Told], joined: Joined) -> Iterator[Sentence]:
    """Who is joined by what, each of the subjects, then what is true of several."""
    yield from _opened(joined.sentences)
    for one in told:
        own = _own(one, told, _INTRODUCTION, joined)
        yield from _paragraph(one.subject, own if one is told[0] else [_untitled(s, one, told[0]) for s in own])
    yield from _once(told, _INTRODUCTION, joined)


def _section(told: Sequence[Told], title: str, joined: Joined) -> Iterator[Sentence]:
    """A paragraph for each subject, then what is said alike of several."""
    most = max(_LEAST, WORDS // len(told)) * _PARTS[title] if title in _PARTS else None
    for one in told:
        yield from _paragraph(one.subject, _within(_own(one, told, title, joined), most, one))
    yield from _once(told, title, joined)
    if title == _CHECKED:
        yield from _opened(joined.left_out)


def _conclusion(told: Sequence[Told], joined: Joined) -> list[Sentence]:
    """The same, what concerns the leading subject first."""
    paragraphs: list[list[Sentence]] = []
    for sentence in _section(told, _CONCLUSION, joined):
        if sentence.opens:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    leading = told[0].subject
    paragraphs.sort(key=lambda ones: not re.match(rf"{re.escape(leading)}(?![\w-])", ones[0].text))
    return [sentence for ones in paragraphs for sentence in ones]


def _within(sentences: Sequence[Sentence], most: float | None, one: Told) -> list[Sentence]:
    """The first of them, as many as MOST words hold, and that there are more where there are."""
    kept: list[Sentence] = []
    words = 0
    for sentence in sentences:
        words += len(sentence.text.split())
        if most is not None and words > most and kept:
            rest = [*one.profile, *(n for s in sentences[len(kept) :] for n in s.evidence)]
            more = f"More on {one.subject} is in the evidence cited here."
            return [*kept, Sentence(text=more, evidence=tuple(dict.fromkeys(rest)))]
        kept.append(sentence)
    return kept


def _own(one: Told, told: Sequence[Told], title: str, joined: Joined) -> list[Sentence]:
    """What a section tells of a subject that it does not tell alike of others, and that was not told above."""
    alike = {s.text for other in told if other is not one for s in other.of(title)}
    return [s for s in one.of(title) if s.text not in alike and not _retells(s, one, title, joined)]


def _retells(sentence: Sentence, one: Told, title: str, joined: Joined) -> bool:
    """Whether it tells again what joins the subjects, or the words of the alert, whose measures are told.

    That nobody else was at its addresses in its own window goes with it: others came later, as the introduction tells.
    """
    shared = title == _CHECKED or any(thing in sentence.text for thing in joined.things)
    return (shared and title != _AGAINST and set(sentence.evidence) <= one.joins) or sentence.text.startswith(
        "The alert gives as its reason"
    )


def _untitled(sentence: Sentence, one: Told, leading: Told) -> Sentence:
    """Without the alert's title, where the leading alert bears the same."""
    if one.alert is None or leading.alert is None or one.alert.title != leading.alert.title:
        return sentence
    tail = f": {one.alert.title}."
    text = f"{sentence.text.removesuffix(tail)}." if one.alert.title and sentence.text.endswith(tail) else sentence.text
    return sentence.model_copy(update={"text": text})


def _once(told: Sequence[Told], title: str, joined: Joined) -> Iterator[Sentence]:
    """What is said alike of several subjects, once for all of them; those of the same subjects in a paragraph."""
    groups: dict[tuple[str, ...], list[Sentence]] = {}
    for text in dict.fromkeys(s.text for one in told for s in one.of(title)):
        saying = [(one, s) for one in told for s in one.of(title) if s.text == text]
        names = tuple(dict.fromkeys(one.subject for one, _ in saying))
        if len(names) > 1 and not _retells(saying[0][1], saying[0][0], title, joined):
            cited = tuple(dict.fromkeys((*(name for _, s in saying for name in s.evidence), joined.evidence)))
            groups.setdefault(names, []).append(Sentence(text=text, evidence=cited))
    for names, sentences in groups.items():
        every = f"{', '.join(names[:-1])} and {names[-1]}"
        first = f"{every} alike: {_low(sentences[0].text)}"
        yield from _opened([sentences[0].model_copy(update={"text": first}), *sentences[1:]])


def _paragraph(subject: str, sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The sentences as a paragraph whose first names the subject."""
    if not sentences:
        return
    yield from _opened([sentences[0].model_copy(update={"text": naming(sentences[0].text, subject)}), *sentences[1:]])


def _opened(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    for place, sentence in enumerate(sentences):
        yield sentence.model_copy(update={"opens": place == 0})


def naming(text: str, subject: str) -> str:
    """The sentence with SUBJECT named in it: for its first "it", else at its head; grounds stay in their own words."""
    if re.search(rf"(?<![\w-]){re.escape(subject)}(?![\w-])", text):
        return text
    found = next((m for m in _SAID.finditer(text) if m[1]), None)
    if found is None or text.startswith("Recommended"):
        return f"{subject}: {_low(text)}"
    name = f"{subject}'s" if found[1].lower() == "its" else subject
    return f"{text[: found.start()]}{name}{text[found.end() :]}"


def _low(text: str) -> str:
    """A sentence as a clause: a small letter, but where it begins with an id or a currency."""
    word = text.partition(" ")[0].rstrip(",:")
    return text[:1].lower() + text[1:] if word.isalpha() and not word.isupper() else text
