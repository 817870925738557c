"""Edit a draft, and see what people changed in it."""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, workspace_of
from casewright.agent.cli.review.decide import By, Case, Reason, Version

app = typer.Typer()


@command(app)
def edit(
    context: typer.Context,
    case: Case,
    reason: Reason,
    text: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The memo as you want it, like narrative.md; else your $EDITOR.")
    ] = None,
    version: Version = None,
    by: By = "",
) -> Answer:
    """Put your text in place of the draft's, where the evidence holds it; exits 3, and keeps nothing, where not."""
    import shutil
    import tempfile

    from casewright.agent.cli.editor import editor
    from casewright.agent.review.editing import edit, in_editor
    from casewright.agent.review.told import edited_answer
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    who = workspace.house.acting(by, "edit")
    with Store.open(workspace.cases, create=False) as store, tempfile.TemporaryDirectory() as place:
        path = text or in_editor(store.load_case(case), Path(place), editor(f"casewright review edit {case}"))
        done = edit(workspace, store, case, path, who, reason, version)
        if done.unsupported and text is None:
            path = Path(shutil.move(path, workspace.machine / path.name))
    payload, told = edited_answer(case, done, path)
    return Answer(payload, printable(told), 3 if done.unsupported else 0)


@command(app)
def diff(
    context: typer.Context,
    case: Case,
    first: Annotated[
        int | None, typer.Option("--from", min=1, help="A version; else the last that was drafted.")
    ] = None,
    last: Annotated[int | None, typer.Option("--to", min=1, help="A version; else the newest.")] = None,
) -> Answer:
    """Show what people changed in a draft: a figure, the wording, a citation; what they added, struck and moved."""
    from casewright.agent.review.changes import told
    from casewright.agent.review.editing import compared
    from casewright.tools.store import Store

    with Store.open(workspace_of(context).cases, create=False) as store:
        found = compared(store, case, first, last)
    changes = [change.model_dump() for change in found.changes]
    head = f"{case}: version {found.first} to {found.last}, changes: {len(changes)}"
    text = "\n\n".join([head, *(told(change) for change in found.changes)])
    return Answer({"case": case, "from": found.first, "to": found.last, "changes": changes}, printable(text))
