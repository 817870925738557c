"""List and show the cases in the case store."""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, workspace_of

app = typer.Typer(no_args_is_help=True)


@command(app, "list")
def list_(
    context: typer.Context,
    subject: Annotated[list[str] | None, typer.Option(help="Only cases on this account; repeatable.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, the latest first.")] = None,
) -> Answer:
    """List the cases, the latest first: one line each, with the newest version."""
    from casewright.knowledge.clock import iso
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        cases = [row.model_dump(mode="json") for row in store.cases(subject, limit=limit)]
    for case in cases:
        case |= {"at": iso(case["at"]), "saved_at": iso(case["saved_at"])}
    names = ["id", "version", "at", "subjects", "status", "recommendation", "saved_by"]
    shown = [{name: case[name] for name in names} | {"subjects": ", ".join(case["subjects"])} for case in cases]
    return Answer({"cases": cases}, table(shown))


@command(app)
def show(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="ID", help="The case's id.")],
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version; else the newest.")] = None,
) -> Answer:
    """Show a case's narrative; with --json the whole case."""
    from casewright.agent.memo.page import markdown
    from casewright.tools.store import Store

    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        case = store.load_case(case_id, version)
    return Answer(case.model_dump(mode="json"), printable(markdown(case)))
