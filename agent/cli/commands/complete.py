"""Score a case's report against the checklist C01 to C22: what is missing, what to do, what stops it"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, warn, workspace_of

app = typer.Typer()


@command(app)
def complete(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    regime: Annotated[str, typer.Option(help="sg, fincen, uk, eu, generic; else the workspace's.")] = "",
    characters: Annotated[int | None, typer.Option(min=1, help="Of the text in at most so many.")] = None,
    attachment: Annotated[list[Path] | None, typer.Option(exists=True, help="A file with it; repeatable.")] = None,
) -> Answer:
    """Score the report that `casewright report` drafts; exit 3 where a check stops an approval or too much is missing.

    What code cannot measure is told as such, and counts neither way.
    """
    from casewright.agent.filing import complete as scoring
    from casewright.agent.filing.ready import under
    from casewright.agent.filing.report import dropped_told
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        files = tuple(attachment or ())
        scored = under(workspace, store, store.load_case(case), regime, files, characters=characters)
    found = scoring.score(scored)
    if dropped := dropped_told(scored.report):
        warn(dropped)
    rows = [
        {
            "id": row.id,
            "weight": row.asked.weight,
            "score": "-" if row.found.share is None else f"{row.found.share:.0%}",
            "stops": "yes" if row.stops else "",
            "check": row.asked.asks,
        }
        for row in found.rows
    ]
    wants = [f"{r.id}: {r.found.missing or 'nothing is missing'}" + (f"\n     {r.found.todo}" if r.found.todo else "")
             for r in found.rows if r.found.missing or r.found.todo]  # fmt: skip
    told = "\n".join([table(rows), "", *wants, "", scoring.told(found)])
    return Answer(
        {"case": case, "dropped": list(scored.report.made.dropped), **scoring.payload(found)},
        printable(told),
        0 if found.complete else 3,
    )
