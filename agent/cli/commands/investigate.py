"""Investigate alerts, customers or addresses: collect evidence, weigh it, draft the narrative"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, ModelOption, command, printable, progress, warn, workspace_of

app = typer.Typer()


@command(app)
def investigate(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Alerts, customers or addresses.")],
    since: Annotated[str, typer.Option(help="First day or moment, local to the workspace's zone.")] = "",
    until: Annotated[str, typer.Option(help="First day or moment after the window.")] = "",
    out: Annotated[Path | None, typer.Option(help="Where case folders go; else the workspace's own.")] = None,
    model: ModelOption = "",
    by: Annotated[str, typer.Option("--as", help="Who acts; else the user of this machine.")] = "",
) -> Answer:
    """Draft the case of each ID: an alert over its look-back, a subject over its whole history."""
    from casewright.agent import cases

    workspace = workspace_of(context, model)
    with progress("investigating") as bar:
        made = cases.draft(
            workspace,
            names,
            since=since,
            until=until,
            out=out,
            who=by,
            progress=bar,
            warn=warn,
            tell=warn,
        )
    payload = cases.one(made[0]) if len(made) == 1 else cases.payload(made)
    return Answer(payload, printable(cases.text(made)))
