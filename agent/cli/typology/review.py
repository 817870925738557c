"""Propose, approve, return, retire and roll back typologies, and tell what was done to them."""

from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, warn, workspace_of

if TYPE_CHECKING:
    from casewright.agent.typologies.decisions import Done

app = typer.Typer()

Id = Annotated[str, typer.Argument(metavar="ID", help="A typology's id.")]
By = Annotated[str, typer.Option("--as", help="Who acts; else the user of this machine.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]
Version = Annotated[int | None, typer.Option(min=1, help="Decide only if this version is the one that is open.")]


@command(app)
def propose(
    context: typer.Context,
    name: Id,
    why: Annotated[str, typer.Option(help="What the change is for.")] = "",
    by: By = "",
) -> Answer:
    """Propose the site's text of a typology: it waits for a second person, and what is in force stays so."""
    from casewright.agent.typologies import decisions

    return _answer(decisions.propose(workspace_of(context), name, by, why))


@command(app)
def approve(context: typer.Context, name: Id, reason: Reason, version: Version = None, by: By = "") -> Answer:
    """Approve the open proposal of another person: from now on it matches cases."""
    from casewright.agent.typologies import decisions

    return _answer(decisions.decide(workspace_of(context), name, "approved", by, reason, version))


@command(app, "return")
def return_(context: typer.Context, name: Id, reason: Reason, version: Version = None, by: By = "") -> Answer:
    """Return the open proposal to its maker."""
    from casewright.agent.typologies import decisions

    return _answer(decisions.decide(workspace_of(context), name, "returned", by, reason, version))


@command(app)
def retire(context: typer.Context, name: Id, reason: Reason, by: By = "") -> Answer:
    """Take a typology out of force, shipped ones too: it can be read and matches no case. Not for its maker."""
    from casewright.agent.typologies import decisions

    return _answer(decisions.retire(workspace_of(context), name, by, reason))


@command(app)
def rollback(
    context: typer.Context,
    name: Id,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version that was in force, or `shipped`.")],
    reason: Reason,
    by: By = "",
) -> Answer:
    """Bring a version that was in force once back into force, as a new version. Not for its maker."""
    from casewright.agent.typologies import decisions

    return _answer(decisions.roll_back(workspace_of(context), name, version, by, reason))


@command(app)
def history(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help="Of one; else of all.")] = ""
) -> Answer:
    """Tell who did what to a typology, when and why, and which version is in force."""
    from casewright.agent.typologies.history import history_of

    found = history_of(workspace_of(context), name)
    columns = ["typology", "version", "at", "who", "what", "reason", "state"]
    return Answer({"history": found.acts, "noticed": found.noticed}, found.text(table(found.acts, columns)))


def _answer(done: "Done") -> Answer:
    if done.remark:
        warn(printable(done.remark))
    return Answer(done.version.model_dump(mode="json"), done.told)
