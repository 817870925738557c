"""See it work: simulate an exchange in a new folder, import it, raise alerts, draft and verify cases"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, warn

app = typer.Typer()


@command(app)
def demo(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")] = Path("demo")) -> Answer:
    """Run the commands of a first day at a made-up exchange in FOLDER, showing each."""
    from casewright.agent import demo as first_day

    def tell(step: first_day.Step) -> None:
        warn(f"{step.command}  ({step.seconds:.1f} s)")

    steps = first_day.demo(folder, tell)
    text = "\n".join(f"$ {step.command}\n{step.output}" for step in steps)
    payload = {"steps": [{"command": s.command, "output": s.output, "seconds": round(s.seconds, 1)} for s in steps]}
    return Answer(payload, f"{text}\nRead a case: {folder / '.casewright' / 'out'}")
