"""Export typologies for people and other programs, and import them."""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, progress, workspace_of
from casewright.knowledge.errors import UsageError

app = typer.Typer()

Replace = Annotated[bool, typer.Option("--replace", help="Write over files that are there; each is told.")]


@command(app)
def export(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Typologies; else all.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="A workbook to edit and import again.")] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A handbook: a page each, with its flow, and an index.")
    ] = None,
    stix: Annotated[Path | None, typer.Option(metavar="FILE", help="A STIX 2.1 bundle of attack patterns.")] = None,
    replace: Replace = False,
) -> Answer:
    """Export typologies as a workbook, a handbook or a STIX bundle, or as several of these."""
    from casewright.agent.typologies import exchange

    workspace = workspace_of(context)
    found = exchange.chosen(workspace, names or ())
    with progress("exporting"):
        files = exchange.exported(workspace, found, xlsx=xlsx, markdown=markdown, stix=stix)
    replaced = exchange.keep(files, replace=replace)
    lines = [f"{len(found)} typologies: {where}" for where in (xlsx, markdown, stix) if where]
    lines += [f"written over: {path}" for path in replaced]
    payload = {
        "typologies": [typology.id for typology in found],
        "files": [str(path) for path in files],
        "replaced": [str(path) for path in replaced],
    }
    return Answer(payload, printable("\n".join(lines)))


@command(app, "import")
def import_(
    context: typer.Context,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="A workbook that was exported and edited.")] = None,
    amltrix: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="AMLTRIX's CSV exports with their licence, as a pack.")
    ] = None,
    replace: Replace = False,
) -> Answer:
    """Import typologies from a workbook as drafts, or AMLTRIX's techniques as a pack of the workspace.

    Every problem is told with its sheet, row and column, or its line, and nothing is written where there is one.
    """
    from casewright.agent.typologies import exchange

    workspace = workspace_of(context)
    if bool(xlsx) == bool(amltrix):
        raise UsageError("expected one place to import from", hint="--xlsx FILE or --amltrix FOLDER")
    with progress("importing"):
        if amltrix:
            pack = exchange.import_amltrix(workspace, amltrix, replace=replace)
            return Answer(pack.model_dump(mode="json"), printable(pack.text()))
        assert xlsx
        done = exchange.import_workbook(workspace, xlsx, replace=replace)
    return Answer(done.model_dump(mode="json"), printable(done.text()))
