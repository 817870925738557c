"""Look at this installation and workspace: a line each, with the mend where something is wrong."""

import os

import typer

from casewright.agent.cli import main
from casewright.agent.cli.contract import Answer, chosen_by, command, printable

app = typer.Typer()


@command(app)
def doctor(context: typer.Context) -> Answer:
    """Look at Python, packages, workspace, ledger, case store, models and what could leave this machine.

    Exits 0 where all is fit for use, 4 where something must be mended first. Nothing is changed.
    """
    from casewright.agent.doctor import examine
    from casewright.knowledge.errors import SettingsError

    chosen = chosen_by(context)
    checks = examine(chosen.folder, os.environ, main.switched_off, engine=chosen.engine, engine_url=chosen.engine_url)
    lines = []
    for check in checks:
        told = f"{'next' if check.ok else 'do this'}: {check.mend}" if check.mend else ""
        lines.append(f"{'ok  ' if check.ok else 'mend'}  {check.name:<11} {check.found}{'; ' + told if told else ''}")
    code = 0 if all(check.ok for check in checks) else SettingsError.exit_code
    return Answer({"checks": [check.model_dump() for check in checks]}, printable("\n".join(lines)), code)
