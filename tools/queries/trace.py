"""Where value went, or came from: transfer by transfer, in time, to labelled addresses or to where the data ends."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import Question
from casewright.tools.queries._traced import Report
from casewright.tools.trace import each_once, statement, walks
from casewright.tools.traced import Caps
from casewright.tools.warehouse import Ledger, asked_text


def trace(
    ledger: Ledger,
    subjects: Subjects,
    *,
    direction: Literal["forward", "backward"] = "forward",
    hops: Annotated[int, Field(ge=1, le=20)] = 5,
    min_usd: Annotated[Decimal, Field(ge=0)] = Decimal(0),
    fan_out: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000,
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 500,
) -> Evidence:
    """Follow value from each account onward, or back to where it came from, transfer by transfer in order of time.

    Every completed transfer of the subject in its window is followed; from an address reached, every transfer at or
    after the moment when the value can have arrived there (back: at or before the moment when it left). Trades and
    fees are not followed. The table "ends" tells where it stopped and why: at a label through which value cannot be
    followed (exchange, mixer, bridge ...), where the data holds nothing further, or at a cap. What leaves a bridge in
    the transaction that brought it is followed. All sums are upper bounds: value that mixed with other value on the
    way counts whole.

    direction: forward (destinations) or backward (sources)
    hops: the most transfers in a row
    min_usd: smaller transfers are not followed, nor, where this is above 0, those of unknown value
    fan_out: an address with more onward transfers is not followed through; of the subject's own the largest are
    limit: transfers, and ends, listed for each subject; the facts count all
    """
    each_once(subjects)
    caps = Caps(hops=hops, min_usd=min_usd, fan_out=fan_out)
    report = Report(ledger, caps, direction, limit)
    for walk in walks(ledger, subjects, caps, backward=direction == "backward"):
        report.add(walk)
    query = f"{asked_text(subjects)}\n{statement(caps, backward=direction == 'backward')};"
    return report.answer(Question(ledger, subjects, "trace", query))
