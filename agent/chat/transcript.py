"""A conversation as markdown: every question, the checked answer, and the sources of each claim."""

import re
from collections.abc import Iterable, Mapping, Sequence

from casewright.agent.asking.events import Answer
from casewright.agent.chat import wording
from casewright.agent.chat.answers import usage
from casewright.agent.cli.contract import printable
from casewright.agent.cli.evidence_text import cell, heading, worth_showing
from casewright.knowledge.evidence import Evidence, Table

ROWS = 40  # of a table
_SPEAKS = re.compile(r"([\\`*_{}\[\]<>()#!|~&])")  # what would mean something to markdown


def markdown(
    title: str, turns: Iterable[tuple[str, Answer]], evidence: Mapping[str, Evidence], zone: str, about: Sequence[str]
) -> str:
    """The whole conversation; ABOUT are lines on what it rests on. No text in it can make a link, image or heading."""
    parts = [f"# {plain(title)}", *(f"> {plain(line)}" for line in about)]
    cited: dict[str, None] = {}
    for number, (question, answer) in enumerate(turns, 1):
        parts += [f"## {number}. {plain(' '.join(question.split()))}", *_answer(answer, evidence, zone)]
        cited |= dict.fromkeys(name for sentence in answer.sentences for name in sentence.evidence)
        cited |= dict.fromkeys(answer.shown)
    known = [evidence[name] for name in cited if name in evidence]
    if known:
        parts += ["## Sources", *(_source(one, zone) for one in known)]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """The text with nothing in it that markdown would read as more than words."""
    escaped = _SPEAKS.sub(r"\\\1", printable(text))
    return escaped.replace("://", "\\://").replace("www.", "www\\.").replace("@", "\\@")


def _answer(answer: Answer, evidence: Mapping[str, Evidence], zone: str) -> Iterable[str]:
    if answer.refused:
        yield f"**Refused:** {plain(answer.refused)}"
    said = [f"{plain(s.text)} {''.join(f'[{name}]' for name in s.evidence)}".rstrip() for s in answer.sentences]
    if said:
        yield "\n".join(f"{number}. {text}" for number, text in enumerate(said, 1))
    for struck in answer.struck:
        yield f"- Struck: ~~{plain(struck.sentence)}~~ ({plain(struck.why)})"
    for words in answer.not_established:
        yield f"- Not established: {plain(words)}"
    for name in answer.shown:
        for table in evidence[name].tables if name in evidence else ():
            if table.rows:
                yield f"{name}:\n\n{_table(table, zone)}"
    for name in answer.failed:
        if name in evidence:
            yield f"- Asked in vain: {name} {plain(wording.source(evidence[name], zone))}"
    if answer.cut_off:
        yield f"**Cut off:** {plain(answer.cut_off)}"
    for line in answer.notes:
        yield f"- Note: {plain(line)}"
    cost = usage(answer.usage)
    if cost:
        yield f"({cost})"


def _table(table: Table, zone: str) -> str:
    columns = worth_showing(table)
    lines = [[heading(column) for column in columns], ["---"] * len(columns)]
    lines += [[plain(cell(column, row, zone)) for column in columns] for row in table.rows[:ROWS]]
    more = len(table.rows) - ROWS
    rest = f"\n\n({more:,} more rows)" if more > 0 else ""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + rest


def _source(evidence: Evidence, zone: str) -> str:
    told = " ".join(filter(None, (evidence.searched, evidence.truncated)))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", evidence.query)), default=0))
    query = f"\n\n{fence}sql\n{printable(evidence.query)}\n{fence}" if evidence.query else ""
    return f"**{evidence.id}** {plain(wording.source(evidence, zone))}. {plain(told)}{query}"
