"""Make a demo exchange: a year of customers, payments and trades with planted stories, the truth apart"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, progress, table

app = typer.Typer()


@command(app)
def simulate(
    folder: Annotated[Path, typer.Argument(help="The folder to write into; files of the same names are replaced.")],
    seed: Annotated[int, typer.Option(help="The same seed and sizes give the same files, byte for byte.")] = 7,
    customers: Annotated[int | None, typer.Option(help="How many customers; the transfers follow.")] = None,
    transfers: Annotated[
        int | None, typer.Option(help="About how many transfers; the customers follow.  [default: 1000000]")
    ] = None,
    months: Annotated[int, typer.Option(help="The period's length; older accounts have a past before it.")] = 12,
    start: Annotated[str, typer.Option(help="The period's first day.")] = "2025-01-01",
    subjects: Annotated[int, typer.Option(help="Planted subjects of each typology, and of each look-alike.")] = 60,
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of Parquet.")] = False,
) -> Answer:
    """Write the files of a made-up crypto exchange in Singapore into FOLDER, ready to import.

    A quick one for a look: --customers 5000 --subjects 6.
    """
    from casewright.tools.simulate.exchange import simulate as make
    from casewright.tools.simulate.exchange import stories
    from casewright.tools.simulate.plan import Plan

    plan = Plan.of(typologies=stories(), seed=seed, start=start, months=months, subjects=subjects,
                   customers=customers, transfers=transfers)  # fmt: skip
    with progress("Simulating") as tell:
        made = make(folder, plan, as_csv=csv, progress=tell)
    told = made.manifest
    files = [{"file": str(folder / name), "rows": f"{entry['rows']:,}"} for name, entry in told["files"].items()]
    text = (
        f"{told['customers']:,} customers, of whom {told['active_customers']:,} had any transfer; "
        f"{told['transfers']:,} transfers, {told['transfers_before_period']:,} of them before {told['since']}.\n"
        f"Planted: {told['planted_customers']:,} customers ({told['planted_share']:.2%} of all) in "
        f"{len(told['typologies'])} typologies; the truth lies in {made.truth}, which no command reads.\n\n"
        f"{table(files)}\n\nNext:\n" + "\n".join(f"  {line}" for line in made.next_commands)
    )
    return Answer({**told, "folder": str(folder), "truth": str(made.truth), "next": made.next_commands}, text)
