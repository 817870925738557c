"""Ask free SQL of the ledger, where the workspace allows it: one SELECT that reads and reaches nothing else"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, progress, workspace_of

app = typer.Typer()


@command(app)
def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT, in quotes, in DuckDB's dialect.")],
    limit: Annotated[int, typer.Option(help="Show at most so many rows.")] = 200,
) -> Answer:
    """Answer one SELECT over the ledger's tables, of all accounts; off unless the settings say sql = true.

    Tables: transfers, legs, customers, labels, alerts, outcomes, logins, events, scores, imports. It ends after ten
    seconds. Who asked what is kept in the case store.
    """
    from casewright.agent import free_sql
    from casewright.agent.cli import evidence_text
    from casewright.agent.cli.commands.query import payload

    workspace = workspace_of(context)
    with progress("sql"):
        evidence = free_sql.asked(workspace, query, limit=limit)
    return Answer(payload(evidence), evidence_text.text(evidence, workspace.settings.timezone))
