"""Import transfers, customers, labels, alerts, outcomes, log-ins, events or scores from a file"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casewright import tools
from casewright.agent.cli.contract import Answer, command, printable, progress, warn, workspace_of

if TYPE_CHECKING:
    from casewright.tools.importing import ImportReport

app = typer.Typer()
_SHOWN = 5  # rejects told at once; `casewright data rejects` lists them all
_NAMED = 10  # columns told as not read


class Kind(StrEnum):
    """What a file's rows are."""

    transfers = "transfers"
    customers = "customers"
    labels = "labels"
    alerts = "alerts"
    outcomes = "outcomes"
    logins = "logins"
    events = "events"
    scores = "scores"


_FORMATS = sorted(path.stem.replace("_", "-") for path in (Path(tools.__path__[0]) / "sources").glob("[!_]*.py"))
_DATE = ["%Y-%m-%d"]
_LIST = "of a list of labels that does not say so itself"


@command(app, "import")
def import_(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What the file's rows are.", show_default=False)],
    path: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines.", show_default=False)],
    format: Annotated[str, typer.Option(help=f"One of {', '.join(_FORMATS)}; without it the header decides.")] = "",
    map: Annotated[Path | None, typer.Option(help="MAP.yaml: what the file calls our fields (format table).")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 where a row is a duplicate or rejected.")] = False,
    category: Annotated[str, typer.Option(help=f"The category {_LIST}.")] = "",
    name: Annotated[str, typer.Option(help=f"The name {_LIST}.")] = "",
    source: Annotated[str, typer.Option(help=f"Who says so, {_LIST}.")] = "",
    as_of: Annotated[datetime | None, typer.Option(formats=_DATE, help=f"The date {_LIST}.")] = None,
    start: Annotated[datetime | None, typer.Option(formats=_DATE, help="Day 0 of a file that counts days.")] = None,
    cut_memos: Annotated[bool, typer.Option("--cut-memos", help="Store memos over 2,000 characters cut.")] = False,
) -> Answer:
    """Import a file: every row ends stored, duplicate or rejected, and importing it again stores nothing new.

    Each kind comes as `table`: CSV, Parquet or JSON lines under our names (`casewright data fields` lists them), or
    with --map. Transfers and labels have formats of their own. The file goes into the embedded ledger, and from there
    to the engine, if one is named.
    """
    from casewright.agent.ledgers import import_file

    with progress(f"Importing {path.name}") as tell:
        report, sent = import_file(
            workspace_of(context),
            kind.value,
            path,
            format,
            progress=tell,
            map_path=map,
            category=category,
            name=name,
            source=source,
            as_of=as_of.date() if as_of else None,
            start=start.date() if start else None,
            cut_memos=cut_memos,
        )
    for note in report.notes:
        warn(note)
    if report.ignored:
        more = f" and {len(report.ignored) - _NAMED} more columns" if len(report.ignored) > _NAMED else ""
        warn(printable(f"not read: {', '.join(report.ignored[:_NAMED])}{more}"))
    if sent is not None:
        warn(sent.told())
    return _answer(report, strict)


def _answer(report: "ImportReport", strict: bool) -> Answer:
    payload = report.model_dump(mode="json", exclude={"notes"})
    unclean = report.duplicates or report.rejected
    if not report.useless:
        return Answer(payload, _text(report), 3 if strict and unclean else 0)
    first = report.rejects[0]
    message = f"none of the {report.read:,} rows can be used: {first.reason}"
    error = {"code": "bad_data", "message": message, "where": f"{report.file}:{first.line}",
             "hint": "casewright data rejects"}  # fmt: skip
    warn(printable(f"{error['where']}: {message}; {error['hint']}"))
    return Answer({**payload, "error": error}, "", 1)


def _text(report: "ImportReport") -> str:
    counts = f"{report.stored:,} stored, {report.duplicates:,} duplicates, {report.rejected:,} rejected"
    lines = [f"Read {report.read:,} {report.kind} ({report.format}): {counts}."]
    if report.labels:
        lines.append(f"{report.labels:,} names in these rows became labels.")
    for reject in report.rejects[:_SHOWN]:
        text = reject.text if len(reject.text) <= 80 else f"{reject.text[:80]}..."
        lines.append(printable(f"  line {reject.line}: {reject.reason}: {text}").replace("\n", " "))
    if report.rejected > _SHOWN:
        lines.append(f"  and {report.rejected - _SHOWN:,} more: casewright data rejects")
    return "\n".join(lines)
