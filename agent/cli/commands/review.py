"""Decide on drafts with four eyes: list, show, diff, edit, approve, return, close, reopen; who did what"""

from typing import Annotated

import typer

from casewright.agent.cli.asked import Since, Until
from casewright.agent.cli.contract import Answer, command, printable, table, workspace_of
from casewright.agent.cli.review import arrive, change, decide

app = typer.Typer(no_args_is_help=True)
app.add_typer(decide.app)
app.add_typer(change.app)
app.add_typer(arrive.app)

_SHOWN = ["id", "kind", "subject", "by", "state", "assigned", "due", "left", "checks"]


@command(app, "list")
def list_(
    context: typer.Context,
    state: Annotated[
        list[str] | None,
        typer.Option(help="draft, reopened, returned, escalated, closing, sampled, approved, closed; repeatable."),
    ] = None,
    kind: Annotated[str, typer.Option(help="Only cases or typologies: case, typology.")] = "",
    assigned: Annotated[str, typer.Option(metavar="NAME", help="Only what is this person's to look at.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0 for all.")] = 50,
    checks: Annotated[bool, typer.Option("--checks", help="Look at the checks of drafts too; takes longer.")] = False,
) -> Answer:
    """List what is in review, first what waits for a second person: by due day, with what stops an approval."""
    from casewright.agent.review.listing import listed
    from casewright.agent.review.told import days_left, refuse_unknown
    from casewright.tools.store import Store

    refuse_unknown(state or (), kind)
    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        found = listed(
            workspace, store, states=state or (), kind=kind, assigned=assigned, limit=limit or None, checked=checks
        )
    rows = [one.model_dump(mode="json") for one in found.items]
    shown = [
        row
        | {"left": days_left(row["days_left"])}
        | {"checks": "-" if row["checks"] is None else ", ".join(dict.fromkeys(c["id"] for c in row["checks"])) or "ok"}
        for row in rows
    ]
    more = f"\n... and {found.more} more (--limit 0)" if found.more else ""
    return Answer({"items": rows, "more": found.more}, table(shown, _SHOWN) + more)


@command(app)
def show(context: typer.Context, name: decide.Id, kind: decide.KindOption = "") -> Answer:
    """Show one thing in review: where it stands, its clock, who made what, what stops an approval, its text."""
    from casewright.agent.review.told import shown
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        payload, text = shown(workspace, store, name, kind)
    return Answer(payload, printable(text))


@command(app)
def stats(context: typer.Context, since: Since = "", until: Until = "") -> Answer:
    """Tell what review adds up to: states, decisions by person, clocks, the sample, what people change in drafts."""
    from casewright.agent.review.stats import stats, told
    from casewright.agent.subjects import window_of
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    start, end = window_of(since, until, workspace.settings.timezone)
    with Store.open(workspace.cases, create=False) as store:
        found = stats(workspace, store, start, end)
    return Answer(found, printable(told(found, table)))
