"""Keep that a report was filed, by a person and elsewhere: the day, the reference, the text"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of

app = typer.Typer()


@command(app)
def filed(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    on: Annotated[str, typer.Option(metavar="DATE", help="The day there, or a time here, at which it was filed.")],
    reference: Annotated[str, typer.Option(help="The reference that the authority gave.")],
    text: Annotated[Path | None, typer.Option(help="The narrative as filed: what is new is told from it.")] = None,
    earlier: Annotated[bool, typer.Option(help="It was filed on these subjects before this case.")] = False,
    regime: Annotated[
        str, typer.Option(help="sg, fincen, uk, eu, generic; else that of the suspicion, else the workspace's.")
    ] = "",
    by: Annotated[str, typer.Option("--as", help="Who filed it; else the user of this machine.")] = "",
) -> Answer:
    """Keep what you filed; this program files nothing."""
    from casewright.agent.filing.deciding import keep_filed, regime_of
    from casewright.tools.store import Store
    from casewright.tools.store.filing import decided

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "tell of a case")
    with Store.open(workspace.cases, create=False) as store:
        found = store.load_case(case)
        rules = regime_of(workspace, regime, None if earlier else decided(store, case))
        act = keep_filed(store, found, rules, on, reference, who, text=text, earlier=earlier)
    content = act.model_dump(mode="json")
    told = f"{case}: filed on {content['what']['day']} as {reference} ({rules.name})"
    kept = f"keep the papers for {rules.retention.years} years from {rules.retention.event} on"
    return Answer(content, printable(f"{told}; {kept}; number {act.seq}"))
