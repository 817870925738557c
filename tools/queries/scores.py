"""What the exchange's own models thought of an account, and when."""

from typing import Annotated

from pydantic import Field

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import Span, asking
from casewright.tools.queries._shape import Measure, column, facts_of, table, utc
from casewright.tools.warehouse import Ledger

_HEAD = (
    column("subject"),
    column("at", means="when the model gave it"),
    column("score", "ratio", "score", "as the model gave it; models differ in scale"),
    column("model", "word", "model"),
    column("reasons", "text", means="as the model gave them"),
)


def scores(ledger: Ledger, subjects: Subjects, *, limit: Annotated[int, Field(ge=1, le=100_000)] = 100) -> Evidence:
    """List the scores that the exchange's own models gave each account in its window, oldest first.

    limit: rows for each account, the newest are kept
    """
    with asking(ledger, subjects, "scores") as question:
        question.keep("scored", _SCORED)
        rows = question.rows(_ROWS, limit=limit)
        totals = question.dicts(_TOTALS)
        spans = {t["subject"]: Span(t["scores"], t["first"], t["last"]) for t in totals}
        cut = {t["subject"]: f"{t['scores'] - limit:,} older of {t['scores']:,} scores left out"
               for t in totals if t["scores"] > limit}  # fmt: skip
        return question.answer(
            [table(_HEAD, rows)], facts_of(totals, _MEASURES), spans, nouns=("score", "scores"), cut=cut
        )


_SCORED = """
select s.nr, s.id as subject, c.epoch, round(c.score::decimal(38, 12), 6)::decimal(38, 6) as score, c.model, c.reasons,
    row_number() over (partition by s.nr order by c.epoch desc, c.model desc, c.line desc) as place
from asked s join scores c on c.id = s.id and c.epoch >= s.since and c.epoch < s.until"""

_ROWS = f"""
select subject, {utc("epoch")} as at, score, model, reasons from scored where place <= $limit order by nr, place desc"""

_TOTALS = f"""
select subject, count(*) as scores, min(epoch) as first, max(epoch) as last, count(distinct model) as models,
    arg_min(score, place) as latest, {utc("max(epoch)")} as latest_at, arg_min(model, place) as latest_model,
    max(score) as highest, {utc("arg_max(epoch, (score, place))")} as highest_at,
    arg_max(model, (score, place)) as highest_model
from scored group by nr, subject order by nr"""

_MEASURES = [
    Measure("scores", "count", "scores", "given in the window"),
    Measure("models", "count", "models", "that gave them"),
    Measure("latest_score", "ratio", "score", "the last in the window", row="latest", rank="last"),
    Measure("latest_score_at", "time", "", "when it was given", row="latest_at", rank="last"),
    Measure("latest_score_model", "word", "model", "that gave it", row="latest_model", rank="last"),
    Measure("highest_score", "ratio", "score", "the highest in the window", row="highest", rank="largest"),
    Measure("highest_score_at", "time", "", "when it was first given", row="highest_at", rank="largest"),
    Measure("highest_score_model", "word", "model", "that gave it", row="highest_model", rank="largest"),
]
