"""Keep what the house did in a case: a hold, an exit, monitoring, a call to the police"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of

app = typer.Typer()


@command(app)
def action(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    what: Annotated[str, typer.Argument(metavar="WHAT", help="In a few words: the account was put on hold.")],
    on: Annotated[str, typer.Option(metavar="DATE", help="The local day on which it was done.")],
    by: Annotated[str, typer.Option("--as", help="Who tells it; else the user of this machine.")] = "",
) -> Answer:
    """Keep what was done, by people and elsewhere; the report tells it. This program holds and freezes nothing."""
    from casewright.agent.filing.deciding import keep_action
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "tell of a case")
    with Store.open(workspace.cases, create=False) as store:
        act = keep_action(store, store.load_case(case), on, what, who)
    return Answer(act.model_dump(mode="json"), printable(f"{case}: {what} on {on} ({act.who}), number {act.seq}"))
