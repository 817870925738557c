"""Make a workspace: settings, folders for your own typologies and rules, and the machine's own folder."""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command

app = typer.Typer()


@command(app)
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; what is there already stays.")],
    timezone: Annotated[str, typer.Option(help="Zone of local times, such as Asia/Singapore.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Local currency, three capitals.")] = "USD",
    rates: Annotated[str, typer.Option(help="The table of its rates, seen from FOLDER.")] = "rates.csv",
) -> Answer:
    """Make a workspace in FOLDER; what is there already stays."""
    from casewright.agent.settings import Workspace

    workspace = Workspace.init(folder, timezone=timezone, currency=currency, rates=rates)
    return Answer(
        workspace.describe(),
        f"Workspace ready: {folder}\nNext: casewright -w {folder} import transfers FILE --format NAME",
    )
