"""Typologies: list, show, search by meaning and words, check the files"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, progress, table, warn, workspace_of

if TYPE_CHECKING:
    from casewright.agent.settings import Workspace
    from casewright.knowledge.library import Library

app = typer.Typer(no_args_is_help=True)


@command(app, "list")
def list_(context: typer.Context) -> Answer:
    """List the typologies: ours and the site's own."""
    library = _library(workspace_of(context))
    rows = [
        {
            "id": found.id,
            "name": found.name,
            "stage": ", ".join(found.stage),
            "flags": len(found.red_flags),
            "measured": len(found.measurable),
            "status": found.status,
            "version": found.version,
            "reviewed": str(found.reviewed),
            "owner": found.owner,
        }
        for found in library.typologies.values()
    ]
    return Answer({"typologies": rows}, table(rows))


@command(app)
def show(context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help="A typology's id.")]) -> Answer:
    """Show a typology as a page."""
    from casewright.agent.handbook import page
    from casewright.tools.indicators import catalogue

    found = _library(workspace_of(context)).typology(name)
    return Answer(found.model_dump(mode="json", exclude_none=True), printable(page(found, catalogue())))


@command(app)
def search(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="QUERY...", help="What you would call it.")] = None,
    queries: Annotated[Path | None, typer.Option(help="A file with one query a line instead.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many typologies at most.")] = 5,
    stage: Annotated[str, typer.Option(help="Only of this stage: placement, layering or integration.")] = "",
    predicate: Annotated[str, typer.Option(help="Only with this predicate offence, such as fraud.")] = "",
    status: Annotated[str, typer.Option(help="Only with this status, such as approved.")] = "",
) -> Answer:
    """Find typologies by what people say of them, in their own words."""
    from casewright.agent.typology_search import Search, asked
    from casewright.agent.typology_search import search as find

    workspace, lines, wanted = (
        workspace_of(context),
        asked(" ".join(words or ()), queries),
        Search(k, stage, predicate, status),
    )
    with progress("reading typologies") as bar:
        key = os.environ.get("CASEWRIGHT_API_KEY", "")  # of an embedder's endpoint; never an option, which others see
        found = find(workspace, _library(workspace), lines, wanted, api_key=key, progress=bar)
    results = [
        {"query": query, "hits": [hit.model_dump(mode="json") for hit in hits]}
        for query, hits in zip(found.queries, found.hits, strict=True)
    ]
    return Answer({"results": results}, printable(found.text()))


@command(app)
def check(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Folders; else ours and the workspace's.")] = None,
) -> Answer:
    """Tell everything that is wrong in the typologies' files, with file and line."""
    from casewright.knowledge.library import SHIPPED, survey
    from casewright.tools.indicators import catalogue

    folders = paths or [SHIPPED, workspace_of(context).folder / "typologies"]
    library = survey(folders, catalogue())
    problems = [line for error in library.broken for line in str(error).splitlines()]
    count = f"{len(library.typologies)} typologies are sound"
    text = "\n".join([*problems, f"{count}, {len(problems)} problems" if problems else f"{count}, no problem"])
    return Answer({"sound": list(library.typologies), "problems": problems}, text, 3 if problems else 0)


def _library(workspace: "Workspace") -> "Library":
    """The typologies; files of the site that cannot be used are told and left out."""
    from casewright.knowledge.library import load
    from casewright.tools.indicators import catalogue

    library = load([workspace.folder / "typologies"], catalogue())
    for error in library.broken:
        for line in str(error).splitlines():
            warn(f"left out: {printable(line)}")
    return library
