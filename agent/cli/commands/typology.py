"""Typologies: search, match with subjects, write, test, review, import and export them"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.asked import File, MoreIds, Since, Until
from casewright.agent.cli.contract import Answer, command, printable, progress, table, warn, workspace_of
from casewright.agent.cli.typology import ahead, exchange, review, write

if TYPE_CHECKING:
    from casewright.agent.settings import Workspace
    from casewright.knowledge.library import Library

app = typer.Typer(no_args_is_help=True)
app.add_typer(review.app)
app.add_typer(write.app)
app.add_typer(ahead.app)
app.add_typer(exchange.app)


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
        for found in library.findable.values()
    ]
    return Answer({"typologies": rows}, table(rows))


@command(app)
def show(context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help="A typology's id.")]) -> Answer:
    """Show a typology as a page; with the pack of AMLTRIX imported, its techniques by name."""
    from casewright.agent.handbook import page
    from casewright.agent.typologies import amltrix
    from casewright.tools.indicators import catalogue

    workspace = workspace_of(context)
    found, known = _library(workspace).typology(name), amltrix.techniques_of(workspace)
    payload = found.model_dump(mode="json", exclude_none=True)
    if known:
        payload["techniques"] = [one.model_dump() for technique in found.amltrix for one in known.get(technique, ())]
    return Answer(payload, printable(page(found, catalogue(), amltrix.told(known, found.amltrix))))


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


@command(app)
def match(
    context: typer.Context,
    asked_ids: Annotated[
        list[str] | None, typer.Argument(metavar="SUBJECT|CASE...", help="Accounts, addresses, cases or case.json.")
    ] = None,
    asked_more: MoreIds = None,
    asked_file: File = None,
    since: Since = "",
    until: Until = "",
    k: Annotated[int, typer.Option("-k", min=1, help="How many typologies at most for each.")] = 10,
) -> Answer:
    """Tell which typologies fit subjects or cases: what fired, stayed silent or has no measure, and what else it is."""
    from casewright.agent import matched_text
    from casewright.agent.matched import matched

    workspace = workspace_of(context)
    names = [*(asked_ids or ()), *(asked_more or ())]
    with progress("matching"):
        found = matched(workspace, _library(workspace), names, asked_file, since=since, until=until, most=k)
    return Answer(matched_text.payload(found), printable(matched_text.text(found)))


@command(app, "test")
def play(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Typologies; else all.")] = None,
) -> Answer:
    """Hold typologies against their own fixtures: made-up accounts in which each must be found, or must not."""
    from casewright.agent import fixtures_text
    from casewright.knowledge.library import SHIPPED, survey
    from casewright.tools import fixtures
    from casewright.tools.indicators import catalogue

    library = survey([SHIPPED, workspace_of(context).folder / "typologies"], catalogue(), alone=True)
    _tell(library)
    wanted = [library.typology(name).id for name in names or ()]
    with progress("playing fixtures"):
        verdicts = fixtures.run(library.typologies, wanted)
    without = [name for name in wanted or library.typologies if not library.typologies[name].fixtures]
    failed = sum(not verdict.passed for verdict in verdicts)
    payload = {
        "fixtures": [verdict.model_dump(mode="json") for verdict in verdicts],
        "passed": len(verdicts) - failed,
        "failed": failed,
        "without_fixtures": without,
    }
    return Answer(payload, printable(fixtures_text.text(verdicts, without)), 3 if failed else 0)


def _library(workspace: "Workspace") -> "Library":
    """The typologies in force; what cannot be used, and what is not approved, is told."""
    from casewright.agent.typologies.known import library_of

    library = library_of(workspace)
    _tell(library)
    return library


def _tell(library: "Library") -> None:
    from casewright.agent.typologies.known import remarks

    for line in remarks(library):
        warn(printable(line))
