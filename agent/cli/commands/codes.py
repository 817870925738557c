"""Choose the codes of a form for a case's report, or tell that none applies"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of

app = typer.Typer()


@command(app)
def codes(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    code: Annotated[list[str], typer.Argument(metavar="CODE...|none", help="As the form writes them, or none.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with your name.")],
    regime: Annotated[str, typer.Option(help="A regime whose form has codes (uk); else the workspace's.")] = "",
    by: Annotated[str, typer.Option("--as", help="Who decides; else the user of this machine.")] = "",
) -> Answer:
    """Keep which codes apply; the report begins with them. A later choice counts before an earlier one."""
    from casewright.agent.filing.deciding import regime_of, set_codes
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "tell of a case")
    rules = regime_of(workspace, regime)
    with Store.open(workspace.cases, create=False) as store:
        act = set_codes(store, store.load_case(case), rules, code, reason, who)
    return Answer(
        act.model_dump(mode="json"), printable(f"{case}: {', '.join(code)} for {rules.id} ({act.who}: {reason})")
    )
