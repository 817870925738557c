"""List the monitoring rules, or run them over the ledger to raise alerts."""

from typing import Annotated, Any

import typer

from casewright.agent.cli.contract import Answer, command, progress, table, workspace_of

app = typer.Typer()


@command(app, "list")
def list_(context: typer.Context) -> Answer:
    """List the rules that come with the program and the workspace's own, which replace ours of the same id."""
    rules = _rules(context)
    rows = [
        {"id": r.id, "title": r.title, "status": r.status, "severity": r.severity, "typologies": list(r.typologies)}
        for r in rules.values()
    ]
    shown = [{**row, "typologies": ", ".join(row["typologies"])} for row in rows]
    return Answer({"rules": rows}, table(shown, ["id", "status", "severity", "title", "typologies"]))


@command(app)
def run(
    context: typer.Context,
    rule: Annotated[str, typer.Option(help="Only this rule.")] = "",
    show: Annotated[int, typer.Option(min=0, help="How many of the weightiest new alerts to tell.")] = 10,
) -> Answer:
    """Raise the alerts of all live rules on the whole ledger; an alert that is there already is not raised again."""
    from casewright.agent import ledgers
    from casewright.tools import alerts, rules

    chosen = rules.live(_rules(context), rule)
    with ledgers.raising_alerts(workspace_of(context)) as (ledger, asked):
        with progress("Running rules") as tell:
            done = rules.run(ledger, chosen, tell, asked=asked)
        raised = {name for ran in done for name in ran.raised}
        weighty = [row for row in alerts.listed(ledger, limit=2**31) if row["id"] in raised][:show] if raised else []
    ran_rules = [
        {"id": ran.rule.id, "alerts": len(ran.raised), "known": ran.known, "unmeasured": list(ran.unmeasured)}
        for ran in done
    ]
    known = sum(ran.known for ran in done)
    payload = {"raised": len(raised), "known": known, "rules": ran_rules, "alerts": weighty}
    return Answer(payload, _told(payload))


def _told(payload: dict[str, Any]) -> str:
    shown = [{**row, "unmeasured": "; ".join(row["unmeasured"])} for row in payload["rules"]]
    columns = ["id", "alerts", "known", *(["unmeasured"] if any(row["unmeasured"] for row in shown) else [])]
    lines = [f"{payload['raised']:,} alerts raised, {payload['known']:,} known before", "", table(shown, columns)]
    if payload["alerts"]:
        columns = ["id", "subject", "at", "rule", "severity", "score"]
        lines += ["", "The weightiest new ones (casewright alerts list tells more):", table(payload["alerts"], columns)]
    return "\n".join(lines)


def _rules(context: typer.Context) -> Any:
    from casewright.knowledge.rule import load_rules, shipped
    from casewright.tools.indicators import catalogue

    return load_rules([shipped(), workspace_of(context).folder / "rules"], catalogue())
