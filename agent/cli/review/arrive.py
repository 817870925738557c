"""What comes after a draft: late evidence, alerts that join a case, subjects that are split off, a case reopened."""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, workspace_of
from casewright.agent.cli.review.decide import By, Case, Reason

app = typer.Typer()


@command(app)
def late(
    context: typer.Context,
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE...", help="Only these; else all.")] = None,
) -> Answer:
    """List the cases about which something came into the ledger after their text was made, with what came."""
    from casewright.agent.review.late import late
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        found = late(workspace, store, cases or ())
    rows = [
        {
            "id": one.standing.case,
            "state": one.standing.state,
            "arrived": "; ".join(arrival.told() for arrival in one.arrivals),
            "arrivals": [arrival.model_dump(mode="json") for arrival in one.arrivals],
        }
        for one in found
    ]
    return Answer({"late": rows}, table(rows, ["id", "state", "arrived"]))


@command(app)
def reopen(
    context: typer.Context,
    reason: Reason,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")] = "",
    everything_late: Annotated[
        bool, typer.Option("--late", help="Every decided case about which something came late.")
    ] = False,
    subject: Annotated[str, typer.Option(metavar="ID", help="Only this subject of the case; else all.")] = "",
    by: By = "",
) -> Answer:
    """Take a decision back into review; it stays in the log, and what came late is kept with the reopening."""
    from casewright.agent.review import deciding
    from casewright.agent.review.late import reopen_late
    from casewright.knowledge.errors import UsageError
    from casewright.tools.store import Store

    if bool(case) == everything_late:
        raise UsageError("name a case, or give --late", hint="casewright review late lists what came late")
    workspace = workspace_of(context)
    who = workspace.house.acting(by, "reopen")
    with Store.open(workspace.cases, create=False) as store:
        if case:
            done = deciding.reopen(store, case, who, reason, subject=subject)
            return Answer({"reopened": [{"id": case, "state": done.state, "arrived": []}]}, printable(done.told))
        found = reopen_late(workspace, store, who, reason)
    rows = [
        {"id": one.standing.case, "state": "reopened", "arrived": [arrival.told() for arrival in one.arrivals]}
        for one in found
    ]
    told = [f"{row['id']} is reopened: {'; '.join(row['arrived'])}" for row in rows]
    return Answer({"reopened": rows}, printable("\n".join(told) or "nothing came late about a decided case"))


@command(app)
def join(
    context: typer.Context,
    case: Case,
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="An alert on a subject of the case.")],
    reason: Reason,
    by: By = "",
) -> Answer:
    """Put an alert into a case that is there already; a case that is decided is reopened by it."""
    from casewright.agent.review import joining
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "join")
    with Store.open(workspace.cases, create=False) as store:
        found = joining.join(workspace, store, case, alert, who, reason)
    return Answer({"id": case, "alert": alert, "state": found.state}, printable(f"{alert} is in {case}: {found.state}"))


@command(app)
def split(
    context: typer.Context,
    case: Case,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Who does not belong to the others.")],
    reason: Reason,
    by: By = "",
) -> Answer:
    """Take a subject out of a case into one of its own, each with the evidence and the sentences that still hold."""
    from casewright.agent.review import joining
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "split")
    with Store.open(workspace.cases, create=False) as store:
        done = joining.split(workspace, store, case, subject, who, reason)
    lost = [sentence.text for sentence in done.lost]
    payload = {"id": case, "version": done.left.version, "split": done.own.id, "subject": subject, "lost": lost}
    lines = [f"{subject} is in {done.own.id} now; {case} is version {done.left.version}"]
    lines += [f"  neither text holds: {text}" for text in lost]
    return Answer(payload, printable("\n".join([*lines, f"casewright investigate {subject} drafts it anew"])))
