"""Withdraw an action, codes or an earlier report that was told of a case by mistake"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of

app = typer.Typer()


@command(app)
def withdraw(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Of its entry in the log; audit show CASE.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with your name.")],
    by: Annotated[str, typer.Option("--as", help="Who withdraws it; else the user of this machine.")] = "",
) -> Answer:
    """Keep that it counts no longer; nothing is deleted, and the log tells both."""
    from casewright.agent.filing.deciding import withdraw as withdrawn
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "tell of a case")
    with Store.open(workspace.cases, create=False) as store:
        act = withdrawn(store, store.load_case(case), number, reason, who)
    return Answer(act.model_dump(mode="json"), printable(f"{case}: number {number} is withdrawn ({act.who}: {reason})"))
