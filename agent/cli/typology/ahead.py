"""Look ahead: what a proposal would change, and what the typologies do not cover."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, progress, table, workspace_of

if TYPE_CHECKING:
    from casewright.agent.typologies.impact import Impact, Looked

app = typer.Typer()

_SHOWN = 20


@command(app)
def impact(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="A typology's id.")],
    alerts: Annotated[int, typer.Option(min=0, help="How many of the newest alerts are measured again.")] = 200,
    questions: Annotated[
        Path | None, typer.Option(help="Searches to compare, one a line; else questions.txt in the workspace.")
    ] = None,
) -> Answer:
    """Tell what approving the proposal would change: past cases, alerts, fixtures, and what a search finds."""
    from casewright.agent.typologies.impact import impact as weigh

    key = os.environ.get("CASEWRIGHT_API_KEY", "")
    with progress("comparing") as bar:
        found = weigh(workspace_of(context), name, most_alerts=alerts, questions=questions, api_key=key, progress=bar)
    return Answer(found.model_dump(mode="json"), printable(_told(found)))


@command(app)
def coverage(context: typer.Context) -> Answer:
    """Tell which typologies have measures, live rules, confirmed cases and a fresh review; blind spots first."""
    from casewright.agent.typologies.coverage import coverage as measure

    found = measure(workspace_of(context))
    rows = [
        {
            "id": row.id,
            "status": row.status,
            "flags": row.flags,
            "measured": row.measured,
            "indicators": len(row.indicators),
            "rules": ", ".join(row.rules),
            "cases": row.confirmed_cases,
            "reviewed": row.reviewed,
            "blind spots": ", ".join(row.blind_spots),
        }
        for row in found.typologies
    ]
    return Answer(found.model_dump(mode="json"), found.text(table(rows)))


def _told(found: "Impact") -> str:
    lines = [f"{found.typology} version {found.version}, {found.status}: if it were approved"]
    for what, looked in (("past cases", found.cases), ("alerts", found.alerts), ("fixtures", found.fixtures)):
        lines += ["", *_part(what, looked)]
    search = found.search
    lines += ["", f"search: {len(search.moved)} of {search.asked:,} questions lead elsewhere ({search.source})"]
    rows = [{"question": m.query, "before": ", ".join(m.before), "after": ", ".join(m.after)} for m in search.moved]
    return "\n".join([*lines, *_rows(rows)])


def _part(what: str, looked: "Looked") -> list[str]:
    remark = f" ({looked.remark})" if looked.remark else ""
    rows = [
        {"id": m.id, "of": m.subject, "score": m.told(), "best before": m.best_before, "best after": m.best_after}
        for m in looked.moved
    ]
    return [f"{what}: {len(looked.moved)} of {looked.looked_at:,} change{remark}", *_rows(rows)]


def _rows(rows: list[dict[str, str]]) -> list[str]:
    more = [f"... and {len(rows) - _SHOWN:,} more (--json tells all)"] if len(rows) > _SHOWN else []
    return [table([*rows[:_SHOWN]]), *more] if rows else []
