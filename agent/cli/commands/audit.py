"""Show the log of who did what, and check that nobody changed it."""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, table, workspace_of

app = typer.Typer(no_args_is_help=True)


@command(app)
def show(
    context: typer.Context,
    about: Annotated[str, typer.Argument(help="A case, alert or file; else everything.")] = "",
) -> Answer:
    """Show the entries of the log in order: when, who, what, about what."""
    import json

    from casewright.knowledge.clock import iso
    from casewright.tools.store import Store

    with Store.open(workspace_of(context).cases, create=False) as store:
        entries = [entry.model_dump(mode="json") | {"at": iso(entry.at)} for entry in store.entries(about)]
    columns = ["seq", "at", "who", "what", "about", "details"]
    return Answer(
        {"entries": entries}, table([entry | {"details": json.dumps(entry["payload"])} for entry in entries], columns)
    )


@command(app)
def verify(context: typer.Context) -> Answer:
    """Check that no entry of the log, nor a case that it vouches for, was changed, removed or moved. Exits 3 if so."""
    from casewright.tools.store import Store

    with Store.open(workspace_of(context).cases, create=False) as store:
        count, broken = len(store.entries()), store.verify_audit()
    first = broken.model_dump(mode="json") if broken else None
    text = f"Broken at entry {broken.seq}: {broken.why}" if broken else f"{count:,} entries, unbroken."
    return Answer({"entries": count, "ok": broken is None, "first_bad": first}, text, 3 if broken else 0)
