"""Show the log of who did what, check that nobody changed it, and take it away as a file."""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, table, workspace_of

app = typer.Typer(no_args_is_help=True)


@command(app)
def show(
    context: typer.Context,
    about: Annotated[str, typer.Argument(help="A case, alert or file; else everything.")] = "",
    who: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    what: Annotated[str, typer.Option(help='Only this act, such as "case saved".')] = "",
    since: Annotated[str, typer.Option(help="Only from this day on, in the workspace's zone.")] = "",
    until: Annotated[str, typer.Option(help="Only before this day.")] = "",
) -> Answer:
    """Show the entries of the log in order: when, who, what, about what; with --json also what stands beside them."""
    import json

    from casewright.agent.subjects import window_of
    from casewright.knowledge.clock import iso
    from casewright.tools.store import Store, Wanted

    workspace = workspace_of(context)
    start, end = window_of(since, until, workspace.settings.timezone)
    wanted = Wanted(about=about, who=who, what=what, since=start, until=end)
    with Store.open(workspace.cases, create=False) as store:
        entries = [
            entry.model_dump(mode="json") | {"at": iso(entry.at), "beside": store.particulars(entry.seq)}
            for entry in store.entries(wanted=wanted)
        ]
    columns = ["seq", "at", "who", "what", "about", "details"]
    rows = [entry | {"details": json.dumps(entry["payload"], ensure_ascii=False)} for entry in entries]
    return Answer({"entries": entries}, table(rows, columns))


@command(app)
def verify(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Check an exported log instead of the store.")
    ] = None,
    head: Annotated[
        str, typer.Option(metavar="HASH", help="A head that was noted before: an entry must bear it.")
    ] = "",
) -> Answer:
    """Check that no entry of the log, nor what it vouches for, was changed, removed or moved. Exits 3 if so."""
    from casewright.tools.store import Store, check_lines

    if file is None:
        with Store.open(workspace_of(context).cases, create=False) as store:
            found = store.check_audit(head)
    else:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            found = check_lines(lines, head)
    first = found.first_bad
    whole = f"{found.entries:,} entries, unbroken. Head: {found.head}"
    text = whole if first is None else f"Broken at entry {first.seq}: {first.why}"
    told = first.model_dump(mode="json") if first else None
    payload = {"entries": found.entries, "ok": first is None, "first_bad": told, "head": found.head}
    return Answer(payload, printable(text), 3 if first else 0)


@command(app)
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it; what is there is replaced.")],
) -> Answer:
    """Write the log to a file, a JSON object a line, its head last: `audit verify --file` checks it anywhere."""
    import json

    from casewright.tools.store import Store

    last = ""
    fresh = file.with_name(f"{file.name}.part")
    with Store.open(workspace_of(context).cases, create=False) as store:
        try:
            with fresh.open("w", encoding="utf-8", newline="\n") as out:
                for last in store.audit_lines():
                    out.write(last)
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
    told = json.loads(last)
    text = f"{told['entries']:,} entries written to {file}. Head, to be noted elsewhere: {told['head']}"
    return Answer({"file": str(file), **told}, printable(text))
