"""Words of the record that a text recites without quotation marks: an alert's title, an indicator's name."""

from collections.abc import Iterator

from casewright.agent.grounding.facts import Index, Line
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import Reading


def problems(reading: Reading, index: Index) -> Iterator[tuple[str, Problem]]:
    """What is recited otherwise than the evidence cited has it, as (text, problem)."""
    for line in index.lines:
        if line.value("alert") and line.value("title"):
            yield from _title(reading, line)
    yield from _indicator(reading, index)


def _title(reading: Reading, line: Line) -> Iterator[tuple[str, Problem]]:
    """Behind the colon of a sentence that names an alert stands the alert's own title."""
    names = [figure for figure in reading.figures if figure.text == line.value("alert")]
    colons = [place for place, word in enumerate(reading.words) if word == ":" and names and place > names[0].last]
    if not colons or colons[0] + 1 >= len(reading.tokens):
        return
    tail = reading.text[reading.tokens[colons[0] + 1].start :].strip(' ".“”')
    if len(tail.split()) > 2 and line.value("title").strip(".").casefold() not in tail.casefold():
        yield tail, Problem(f"is not the title of alert {line.value('alert')}", line.value("title"))


def _indicator(reading: Reading, index: Index) -> Iterator[tuple[str, Problem]]:
    """The words before a quoted meaning, where they are an indicator's name, are all of it."""
    for figure in reading.figures:
        if figure.kind != "quote":
            continue
        means = figure.text.strip('"“”«»')
        names = {line.value("indicator") for line in index.lines if line.value("means") == means}
        before = reading.words[max(0, figure.first - 8) : figure.first]
        shared = [(name, [part for part in name.split("_") if part not in before]) for name in sorted(names) if name]
        begun = [
            (name, missing)
            for name, missing in shared
            if len(missing) < len(name.split("_")) and len(name.split("_")) > 1
        ]
        if begun and all(missing for _, missing in begun):
            yield (
                reading.words_in(max(0, figure.first - 1), figure.last),
                Problem("does not say what stands before it", begun[0][0]),
            )
