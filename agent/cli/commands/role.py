"""Tell what a person is in a case: subject, victim, mule, related or unknown"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of

app = typer.Typer()


@command(app)
def role(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A subject or another party, as the case writes it.")],
    role: Annotated[str, typer.Argument(metavar="ROLE", help="subject, victim, mule, related or unknown.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with your name.")],
    by: Annotated[str, typer.Option("--as", help="Who decides; else the user of this machine.")] = "",
) -> Answer:
    """Keep the role that you decided on; a later decision counts before an earlier one, and both stay in the log."""
    from casewright.agent.filing.deciding import set_role
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "tell of a case")
    with Store.open(workspace.cases, create=False) as store:
        act = set_role(store, store.load_case(case), person, role, reason, who)
    return Answer(act.model_dump(mode="json"), printable(f"{case}: {person} is {role} ({act.who}: {reason})"))
