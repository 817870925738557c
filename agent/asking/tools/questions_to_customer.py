"""What to ask the customer of the open case, without giving anything away."""

from casewright.agent.asking.around import Around
from casewright.agent.filing import rfi
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table


def questions_to_customer(around: Around) -> Evidence:
    """List what to ask the customer of the open case, and word the letter, without tipping off.

    No report, suspicion, other person, rule or score is named; questions that would give something away are left out
    and told apart. A person sends it.
    """
    if around.case is None:
        raise UsageError("there is no open case to ask a customer about", hint="open a case")
    found = rfi.draft(around.case, own=around.workspace.folder / "regimes")
    asked: tuple[Row, ...] = tuple({"question": question} for question in found.questions)
    left: tuple[Row, ...] = tuple({"question": question, "why": why} for question, why in found.left_out)
    question = Column(name="question", kind="text", means="to the customer")
    return Evidence(
        tool="questions_to_customer",
        query="",
        tables=(
            Table(name="rows", columns=(question,), rows=asked),
            Table(name="left_out", columns=(question, Column(name="why", kind="text")), rows=left),
        ),
        facts=(
            Fact(name="questions", value=len(asked), kind="count", unit="questions", about=found.subject),
            Fact(name="left_out", value=len(left), kind="count", unit="questions", about=found.subject),
            Fact(name="letter", value=found.text, kind="text", means="to the customer, for a person to send"),
        ),
        status="found",
        searched=f"the evidence of {found.case} and the questions of the typology that fits it best",
    )
