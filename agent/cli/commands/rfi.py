"""Word a request for information to a customer that gives nothing away; a person sends it."""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, warn, workspace_of

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@command(app)
def draft(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT|CASE", help="A customer of a case, or the case's id.")],
    ask: Annotated[list[str] | None, typer.Option(help="A question of your own; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the letter, and it alone, to this file.")] = None,
    by: Annotated[str, typer.Option("--as", help="Who drafts it; else the user of this machine.")] = "",
) -> Answer:
    """Draft the letter: a neutral purpose, open questions; no report, nobody else, no rule or score is named."""
    import getpass

    from casewright.agent.filing import rfi
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        found = rfi.draft(rfi.case_for(store, subject), ask or (), workspace.folder / "regimes")
        rfi.record(store, found, by or getpass.getuser())
    for question, why in found.left_out:
        warn(f"left out: {question!r}: {why}")
    if out is not None:
        out.write_text(found.text + "\n", encoding="utf-8")
    return Answer(found.payload(), printable(found.text if out is None else f"written to {out}"))
