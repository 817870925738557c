"""Score a case's report against the checklist C01 to C22: what is missing, what to do, what stops it"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, workspace_of

app = typer.Typer()


@command(app)
def complete(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    regime: Annotated[str, typer.Option(help="sg, fincen, uk, eu, generic; else the workspace's.")] = "",
    attachment: Annotated[list[Path] | None, typer.Option(exists=True, help="A file with it; repeatable.")] = None,
) -> Answer:
    """Score the report that `casewright report` drafts; exit 3 where a check stops an approval or too much is missing.

    What code cannot measure is told as such, and counts neither way.
    """
    from casewright.agent.filing import complete as scoring
    from casewright.agent.filing.ready import under
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        found = scoring.score(under(workspace, store, store.load_case(case), regime, tuple(attachment or ())))
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
    return Answer({"case": case, **scoring.payload(found)}, printable(told), 0 if found.complete else 3)
