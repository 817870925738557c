"""Escalate, close, approve, return, reopen, assign: what a person decides, kept with name and reason."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casewright.agent.cli.contract import Answer, command, printable, warn, workspace_of

if TYPE_CHECKING:
    from casewright.agent.review.deciding import Done

app = typer.Typer()

Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A case's or a typology's id.")]
By = Annotated[str, typer.Option("--as", metavar="NAME", help="Who acts; else the user of this machine.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with your name.")]
Subject = Annotated[str, typer.Option(metavar="ID", help="Only this subject of the case; else all.")]
Version = Annotated[int | None, typer.Option(min=1, help="Decide only if this version is the newest.")]
KindOption = Annotated[str, typer.Option("--kind", help="case or typology, where one id means both.")]
Regime = Annotated[str, typer.Option(help="sg, fincen, uk, eu, generic; else the workspace's.")]


@command(app)
def escalate(
    context: typer.Context, case: Case, reason: Reason, subject: Subject = "", version: Version = None, by: By = ""
) -> Answer:
    """Ask for a report: a second person approves it or returns it."""
    from casewright.agent.review import deciding
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "escalate")
    with Store.open(workspace.cases, create=False) as store:
        return _answer(deciding.escalate(store, case, who, reason, subject=subject, version=version))


@command(app)
def close(
    context: typer.Context, case: Case, reason: Reason, subject: Subject = "", version: Version = None, by: By = ""
) -> Answer:
    """Close without a report: alone, a share being drawn for a check; where anything spoke for a report, by two."""
    from casewright.agent.review import deciding
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "close")
    with Store.open(workspace.cases, create=False) as store:
        return _answer(deciding.close(workspace, store, case, who, reason, subject=subject, version=version))


@command(app, "bulk-close")
def bulk_close(
    context: typer.Context,
    reason: Reason,
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE...", help="The cases' ids.")] = None,
    ids: Annotated[Path | None, typer.Option("--ids", metavar="FILE", help="One id a line.")] = None,
    by: By = "",
) -> Answer:
    """Close many cases with one reason; a share of them is drawn for a check. Exits 5 where one stays open."""
    from casewright.agent.review import deciding
    from casewright.agent.review.told import bulk_answer
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "close")
    with Store.open(workspace.cases, create=False) as store:
        found = deciding.bulk_close(workspace, store, deciding.names_in(cases or (), ids), who, reason)
    payload, text = bulk_answer(found)
    return Answer(payload, printable(text), 5 if payload["refused"] else 0)


@command(app)
def approve(
    context: typer.Context,
    name: Id,
    reason: Reason,
    kind: KindOption = "",
    subject: Subject = "",
    version: Version = None,
    regime: Regime = "",
    by: By = "",
) -> Answer:
    """Approve what another person proposed: a report, that there is none, a closing that was drawn, a typology.

    Exits 7 for who made any part of it, and for a report that a check stops.
    """
    from casewright.agent.review import deciding
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        who = deciding.acting(workspace, store, name, "approve", by, kind)
        done = deciding.decide(
            workspace, store, name, "approved", who, reason,
            kind=kind, subject=subject, version=version, regime=regime,
        )  # fmt: skip
    return _answer(done)


@command(app, "return")
def return_(
    context: typer.Context,
    name: Id,
    reason: Reason,
    kind: KindOption = "",
    subject: Subject = "",
    version: Version = None,
    by: By = "",
) -> Answer:
    """Return it to who made it, with what is to be done."""
    from casewright.agent.review import deciding
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        who = deciding.acting(workspace, store, name, "return", by, kind)
        done = deciding.decide(
            workspace, store, name, "returned", who, reason, kind=kind, subject=subject, version=version
        )
    return _answer(done)


@command(app)
def assign(
    context: typer.Context,
    name: Id,
    to: Annotated[str, typer.Argument(metavar="PERSON", help="Whose it is to look at.")],
    reason: Reason = "to look at",
    kind: KindOption = "",
    by: By = "",
) -> Answer:
    """Say whose it is to look at; who made it may be asked, and still cannot approve it."""
    from casewright.agent.review import deciding
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "assign")
    with Store.open(workspace.cases, create=False) as store:
        return _answer(deciding.assign(workspace, store, name, to, who, reason, kind))


def _answer(done: "Done") -> Answer:
    payload: dict[str, Any] = {"id": done.id, "kind": done.kind, "state": done.state}
    if done.standing is not None:
        payload |= done.standing.model_dump(mode="json", include={"version", "dispositions"})
    if done.remark:
        warn(printable(done.remark))
        payload["remark"] = done.remark
    return Answer(payload, printable(done.told))
