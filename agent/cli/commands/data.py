"""Describe the ledger, list rejects and the fields of a file, put it in full order, send it to an engine"""

from pathlib import PurePath
from typing import Annotated, Any

import typer

from casewright.agent.cli.contract import Answer, command, progress, table, workspace_of

app = typer.Typer(no_args_is_help=True)


@command(app)
def describe(context: typer.Context) -> Answer:
    """Tell what the ledger holds: counts, period, assets, kinds, labelled counterparties, rejects, imports."""
    from casewright.agent.ledgers import open_ledger
    from casewright.tools.upkeep import describe as described

    with open_ledger(workspace_of(context)) as ledger:
        found = described(ledger)
    return Answer(found, _text(found))


@command(app)
def rejects(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many rows.")] = 50,
    of_import: Annotated[int | None, typer.Option("--import", help="Only those of this import.")] = None,
) -> Answer:
    """List the rows that were not stored: import, file, line, reason, text."""
    from casewright.agent.ledgers import open_ledger
    from casewright.tools.upkeep import rejects as rejected

    with open_ledger(workspace_of(context)) as ledger:
        found = rejected(ledger, limit=limit, import_id=of_import)
    rows = [{**row, "file": PurePath(row["file"]).name, "text": _short(row["text"])} for row in found["rejects"]]
    if not rows:
        return Answer(found, "No row was rejected.")
    left = found["all"] - len(rows)
    return Answer(found, table(rows) + (f"\nand {left:,} more: --limit" if left else ""))


@command(app)
def fields(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Only those of this kind of record.")] = "",
) -> Answer:
    """List the fields that a file can have, kind by kind: the column names of the format `table` and of a MAP.yaml."""
    from casewright.tools.importing import fields as known

    rows = known(kind)
    return Answer({"fields": rows}, table(rows))


@command(app)
def compact(context: typer.Context) -> Answer:
    """Write both layouts anew in full order, which many imports one after another lose: all or nothing."""
    import time

    from casewright.tools.upkeep import compact as put_in_order
    from casewright.tools.warehouse import Ledger

    started = time.monotonic()
    with progress("Putting in order") as tell, Ledger.open(workspace_of(context).ledger, write=True) as ledger:
        counts = put_in_order(ledger, tell)
    seconds = round(time.monotonic() - started, 1)
    told = f"{counts['transfers']:,} transfers and {counts['legs']:,} legs are in full order ({seconds} s)."
    return Answer({**counts, "seconds": seconds}, told)


@command(app)
def push(context: typer.Context) -> Answer:
    """Send the embedded ledger's tables to the engine that `-e` or the settings name: only what is not there yet.

    Tables under [engine_tables] in casewright.toml are read where they are, and nothing is sent to them.
    """
    from casewright.agent import ledgers

    with progress("Sending") as tell:
        sent = ledgers.send(workspace_of(context), tell)
    payload = {"engine": sent.engine, "place": sent.place, "sent": sent.rows, "mapped": list(sent.mapped)}
    return Answer(payload, sent.told())


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else f"{flat[:80]}..."


def _text(found: dict[str, Any]) -> str:
    parties, refused = found["counterparties"], found["rejects"]
    share = "" if parties["share"] is None else f" ({parties['share']:.1%})"
    period = f"{found['since']} to {found['until']}" if found["since"] else "no transfers"
    head = [
        ("Period", period),
        ("Workspace", f"{found['currency']}, {found['timezone']}"),
        ("Records", ", ".join(f"{count:,} {name}" for name, count in found["records"].items() if count) or "none"),
        ("Accounts", f"{found['accounts']:,}"),
        ("Counterparties", f"{parties['labelled']:,} of {parties['all']:,} that are no customers bear a label{share}"),
        *((name.capitalize(), _counts(found[name])) for name in ("kind", "status", "asset", "network")),
    ]
    if found["usd_unknown"]:
        head.append(("Without usd", f"{found['usd_unknown']:,} transfers"))
    head.append(("Rejects", f"{refused['all']:,}" + (": casewright data rejects" if refused["all"] else "")))
    head += [("", f"{count:,} x {reason}") for reason, count in list(refused["reasons"].items())[:5]]
    lines = [f"{name:<15} {told}" for name, told in head]
    names = ["id", "at", "kind", "format", "file", "read", "stored", "duplicates", "rejected"]
    imports = [{**row, "file": PurePath(row["file"]).name} for row in found["imports"]]
    return "\n".join([*lines, "", "Imports", table(imports, names)])


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in found.items()) or "none"
