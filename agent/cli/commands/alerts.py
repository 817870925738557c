"""List the alerts, the weightiest first."""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, table, workspace_of

app = typer.Typer()


@app.callback()
def _group() -> None:
    """List the alerts, the weightiest first."""


@command(app, "list")
def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    rule: Annotated[str, typer.Option(help="Only alerts of this rule.")] = "",
    subject: Annotated[str, typer.Option(help="Only alerts on this account, with their reasons.")] = "",
    newest: Annotated[bool, typer.Option("--newest", help="Newest first, whatever their weight.")] = False,
) -> Answer:
    """List the alerts by severity, then by score: how far past its thresholds the account was (1 = just reached)."""
    from casewright.agent.ledgers import open_ledger
    from casewright.tools.alerts import known_rule, listed

    with open_ledger(workspace_of(context)) as ledger:
        if rule:
            known_rule(ledger, rule)
        rows = listed(ledger, limit=limit, rule=rule, subject=subject, newest=newest)
        total = int(ledger.value("select count(*) from alerts"))
    columns = ["id", "subject", "at", "severity", "score", "rule", *(["reason"] if subject else [])]
    text = table(rows, columns) if rows else "No alerts."
    return Answer({"alerts": rows, "shown": len(rows), "all": total}, text)
