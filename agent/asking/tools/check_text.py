"""Whether a text's figures are held by the data."""

from casewright.agent.asking.around import Around
from casewright.agent.asking.examined import as_case, everything
from casewright.agent.grounding import check, parse, replay_moved
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table

COLUMNS = (
    Column(name="sentence", kind="text"),
    Column(name="figure", kind="text", means="what is not held"),
    Column(name="why", kind="text"),
    Column(name="nearest", kind="text", means="the fact that comes nearest"),
)
_MOVED = (Column(name="what", kind="text", means="a fact that the ledger tells otherwise now"),)


def check_text(around: Around, *, text: str = "") -> Evidence:
    """Check a text against the data: every figure, date, id, direction and quantifier against the evidence that its
    sentence cites, and whether the ledger still says the same.

    text: sentences with citations such as [E3]; empty for the open case's draft memo
    """
    case = as_case(around)
    if text.strip():
        sections = parse(text)
        sentences = tuple(sentence for section in sections for sentence in section.sentences)
    else:
        sentences = case.narrative.sentences
    if not sentences:
        raise UsageError("there is no text to check", hint="open a case with a draft, or give a text with citations")
    report = check(sentences, case)
    rows: tuple[Row, ...] = tuple(
        {"sentence": u.sentence, "figure": u.figure, "why": u.why, "nearest": u.nearest} for u in report.unsupported
    )
    moved = replay_moved(around.case, around.ledger) if around.case else ()
    counted = {"sentences": report.sentences, "figures": report.figures, "unsupported": len(report.unsupported),
               "moved": len(moved)}  # fmt: skip
    units = {"sentences": "sentences", "figures": "figures", "unsupported": "figures", "moved": "facts"}
    facts = tuple(
        Fact(name=name, value=number, kind="count", unit=units[name],
             of=report.figures if name == "unsupported" else None) for name, number in counted.items()
    )  # fmt: skip
    told: tuple[Row, ...] = tuple({"what": one.told()} for one in moved)
    return Evidence(
        tool="check_text",
        arguments={"text": text},
        query=f"casewright verify {around.case.id}" if around.case else "",
        tables=(Table(columns=COLUMNS, rows=rows), Table(name="moved", columns=_MOVED, rows=told)),
        facts=facts,
        status="found",
        searched=f"{len(sentences)} sentences against {len(everything(around))} answers",
    )
