"""Hold cases, delete those that were kept long enough, and make redacted copies"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, workspace_of

app = typer.Typer(no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="Why; it is kept with your name.")]
By = Annotated[str, typer.Option("--as", help="Who does it; else the user of this machine.")]
About = Annotated[str, typer.Argument(metavar="CASE|SUBJECT", help="A case, or a subject and so all its cases.")]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")]


@command(app)
def hold(context: typer.Context, about: About, reason: Reason, by: By = "") -> Answer:
    """Keep a case, or all cases on a subject, however old: nothing of it is deleted until the hold is lifted."""
    return _held(context, about, reason, by, lifted=False)


@command(app)
def lift(context: typer.Context, about: About, reason: Reason, by: By = "") -> Answer:
    """End a hold."""
    return _held(context, about, reason, by, lifted=True)


def _held(context: typer.Context, about: str, reason: str, by: str, *, lifted: bool) -> Answer:
    from casewright.knowledge.clock import iso
    from casewright.tools.store import Store, retention

    workspace = workspace_of(context)
    act = retention.lift if lifted else retention.hold
    who = workspace.house.acting(by, "lift a hold" if lifted else "hold")
    with Store.open(workspace.cases, create=False) as store:
        done = act(store, about, who, reason)
    told = "is held no longer" if lifted else "is held"
    payload = {**done.model_dump(mode="json"), "at": iso(done.at), "held": not lifted}
    return Answer(payload, printable(f"{done.about} {told} ({done.who}: {done.reason})"))


@command(app)
def due(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="All cases, not only those that may be deleted.")] = False,
) -> Answer:
    """List the cases that were kept long enough and are not held, with the day until which they are kept."""
    import time

    from casewright.knowledge.clock import iso
    from casewright.tools.store import Store, retention

    workspace = workspace_of(context)
    now = time.time()
    with Store.open(workspace.cases, create=False) as store:
        found = retention.kept(store, workspace.settings.keep_years)
    cases = [
        {
            "case": one.case,
            "last": iso(one.last),
            "until": iso(one.until),
            "held": "; ".join(f"{hold.about}, {hold.who}: {hold.reason}" for hold in one.holds),
        }
        for one in found
        if every or (one.until <= now and not one.holds)
    ]
    return Answer({"keep_years": workspace.settings.keep_years, "cases": cases}, table(cases))


@command(app)
def delete(context: typer.Context, case: CaseId, reason: Reason, by: By = "") -> Answer:
    """Delete a case with all that is stored of it; the log keeps its entries, and who deleted it, when and why."""
    from casewright.agent import retention
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        gone = retention.delete(workspace, store, case, by, reason)
    payload = {
        **gone.deleted.model_dump(mode="json"),
        "files": [str(path) for path in gone.files],
        "conversations": list(gone.conversations),
    }
    text = (
        f"{case} is deleted: {gone.deleted.versions} version(s), {len(gone.files)} folder(s), "
        f"{len(gone.conversations)} conversation(s). Copies that left this machine, and backups, are not."
    )
    return Answer(payload, printable(text))


@command(app)
def redact(
    context: typer.Context,
    case: CaseId,
    out: Annotated[Path, typer.Option(help="The folder to write narrative.md and case.json to.")],
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version; else the newest.")] = None,
    by: By = "",
) -> Answer:
    """Write a copy of a case for sharing, with tokens instead of names, ids and addresses."""
    from casewright.agent import retention
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        files = retention.redact(workspace, store, store.load_case(case, version), out, by)
    told = "\n".join([*map(str, files), "Read it before it leaves."])
    return Answer({"case": case, "files": [str(path) for path in files]}, printable(told))
