"""A checked sentence of the memo in the words of a report: several ways to say it, best first; or why it stays out.

Nothing is made up here: words are exchanged, lists and long sentences are parted, and whoever calls checks each way
against the evidence and takes the first that holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from casewright.agent.filing.words import words

LONG = 30  # words of a sentence that is parted where it can be (ours; readers and rules ask for fewer than 35)
_AMOUNT = r"(?:[A-Z]{3} [\d,]+\.\d\d|[\d,]*\d(?:\.\d+)? [A-Z][A-Z0-9]{1,9}\b)"
_ITEM = re.compile(rf"(?:,| and) (?=the same sum\b|{_AMOUNT})")
_MEASURE = re.compile(r' \(kind [^()"]*\)(?=")| \([a-z_]+ [\d.]+\)(?=")|(?<=days) \(kind [^()"]*\)')
_PRONOUN = re.compile(r"\b(It|it|Its|its)\b")


@dataclass(frozen=True)
class Ways:
    """The ways to say a sentence, best first, each one or more sentences; without any, why it has no place."""

    ways: tuple[tuple[str, ...], ...] = ()
    why: str = ""


def reworded(text: str, kind: str) -> Ways:
    """The ways to say a sentence of a memo in a report; KIND is what the subject is called, account or address."""
    for rule in words().left_out:
        if re.search(rule.pattern, text):
            return Ways(why=rule.why)
    plain = _named(_phrased(text), kind)
    found = [tuple(_named(part, kind) for part in parts) for parts in _parted(_phrased(text))]
    return Ways(tuple(dict.fromkeys([*found, (plain,), (_named(text, kind),), (text,)])))


def _phrased(text: str) -> str:
    """With the phrases, networks and names of measures that are read outside."""
    for phrase in words().phrases:
        text = text.replace(phrase.old, phrase.new)
    text = words().over_network.sub(lambda found: words().networks[found.group(1)], text)
    text = re.sub(r" \(source [\w.-]+\)(?=[.,;])", "", text)
    return _MEASURE.sub("", text)


def _named(text: str, kind: str) -> str:
    """The first pronoun that stands for the subject becomes its noun, where the sentence does not name it before."""
    found = next((m for m in _PRONOUN.finditer(text) if text.count('"', 0, m.start()) % 2 == 0), None)
    if found is None or re.search(rf"\b(?:the|this) {kind}\b", text[: found.start()], re.IGNORECASE):
        return text
    noun = f"the {kind}" if found.group().lower() == "it" else f"the {kind}'s"
    noun = noun[:1].upper() + noun[1:] if found.group()[0].isupper() else noun
    return text[: found.start()] + noun + text[found.end() :]


def _parted(text: str) -> Iterator[tuple[str, ...]]:
    """The sentence in parts where it is long: a list of movements one by one, clauses at their semicolons."""
    if len(text.split()) <= LONG:
        return
    clauses = [_sentence(part) for clause in _outside_quotes(text, "; ") for part in _median(clause)]
    listed = [single for clause in clauses for single in (_singly(clause) or [clause])]
    if len(listed) > 1:
        yield tuple(listed)
    if len(clauses) > 1 and listed != clauses:
        yield tuple(clauses)


def _median(clause: str) -> list[str]:
    """`NAME came to V, higher than for 98% of 105 peers ("..."), whose median is X`: a sentence for each."""
    head, mark, value = clause.rpartition(", whose median is ")
    if not mark:
        return [clause]
    value_, higher, peers = head.rpartition(", higher than for ")
    return [value_, f"that is higher than for {peers}", f"the median of these peers is {value}"] if higher else [clause]


def _outside_quotes(text: str, mark: str) -> list[str]:
    """The parts between the marks, but for marks within quotation marks and brackets."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, letter in enumerate(text):
        quoted ^= letter == '"'
        depth += (letter == "(") - (letter == ")")
        if not quoted and depth == 0 and text.startswith(mark, place):
            parts.append(text[start:place])
            start = place + len(mark)
    return [*parts, text[start:]]


def _sentence(part: str) -> str:
    text = part.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


_LIST = re.compile(r"^(?P<head>(?:On \d{4}-\d\d-\d\d )?(?:it|It) (?P<verb>received|sent)) (?P<items>.+)\.$")


def _singly(sentence: str) -> list[str]:
    """`On DAY it received A at T from X, the same sum at U from Y`: a sentence for each, the sum told again."""
    found = _LIST.match(sentence)
    if found is None:
        return []
    far = "from" if found["verb"] == "received" else "to"
    items = [item.strip() for item in _ITEM.split(found["items"])]
    if len(items) < 2 or not all(re.search(rf"\b{far} \S", item) for item in items):
        return []
    made, amount = [], ""
    for item in items:
        own = re.match(rf"{_AMOUNT}(?: \({_AMOUNT}\))?", item)
        amount = own.group() if own else amount
        made.append(f"{found['head']} {item.replace('the same sum', amount, 1)}.")
    return made
