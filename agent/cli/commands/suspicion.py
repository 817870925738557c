"""Tell when suspicion was formed, by whom and why: the legal clock starts with it"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of

app = typer.Typer()


@command(app)
def suspicion(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    formed: Annotated[
        str, typer.Option(metavar="DATE", help="The day in the regime's place, or a time here, at which you formed it.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it is kept with your name.")],
    noticed: Annotated[str, typer.Option(metavar="DATE", help="When it was first noticed; else the alert's day.")] = "",
    occasion: Annotated[
        str,
        typer.Option(
            help="ordinary, sanctioned, 'terrorism financing', 'no suspect' or continuing (an earlier report); else "
            "what the case plainly calls for."
        ),
    ] = "",
    regime: Annotated[str, typer.Option(help="sg, fincen, uk, eu, generic; else the workspace's.")] = "",
    by: Annotated[str, typer.Option("--as", help="Who formed it; else the user of this machine.")] = "",
) -> Answer:
    """Keep when suspicion was formed, and tell when the report is due."""
    from casewright.agent.filing.deciding import clocks_asked, due_of, filed_before, form_suspicion, regime_of
    from casewright.tools.store import Store
    from casewright.tools.store.filing import decided

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "tell of a case")
    rules = regime_of(workspace, regime)
    with Store.open(workspace.cases, create=False) as store:
        known = store.load_case(case)
        act = form_suspicion(store, known, rules, formed, reason, who, noticed=noticed, occasion=occasion)
        all_told, before = decided(store, case), filed_before(store, known)
    found = due_of(all_told, rules, workspace.folder / "holidays", before)
    told = found.told() if found else ""
    asked = list(clocks_asked(known, all_told, rules, before))
    last = str(found.day) if found and found.day else None
    payload = {
        **act.model_dump(mode="json"),
        "regime": rules.id,
        "due": last,
        "clock": told,
        "asked": [{"what": one.what, "command": one.command} for one in asked],
    }
    lines = [f"{case}: suspicion was formed by {act.who}. {told}"]
    lines += [f"  tell {one.what}\n    {one.command}" for one in asked]
    return Answer(payload, printable("\n".join(lines)))
