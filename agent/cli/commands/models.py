"""Show the chat models that are configured, what they can do, what was used and what it cost."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from casewright.agent.cli.contract import Answer, ModelOption, command, printable, table, workspace_of

app = typer.Typer()


class What(StrEnum):
    """What is shown."""

    show = "show"
    probe = "probe"
    usage = "usage"
    prices = "prices"


@command(app)
def models(
    context: typer.Context,
    what: Annotated[What, typer.Argument(help="show, probe (ask again what they can), usage, prices.")] = What.show,
    model: ModelOption = "",
    days: Annotated[int, typer.Option(min=1, help="Of how many days usage is told.")] = 7,
) -> Answer:
    """Show the model of each task, where its key comes from and whether it answers; or probe, usage, prices.

    A key itself is never shown. Exits 4 where a configured model cannot be used.
    """
    from casewright.agent.settings import Workspace

    workspace: Workspace = workspace_of(context, model)
    if what is What.usage:
        return _usage(workspace, days)
    if what is What.prices:
        return _prices(workspace)
    return _probed(workspace) if what is What.probe else _shown(workspace)


def _shown(workspace: Any) -> Answer:
    from dataclasses import asdict

    from casewright.agent.models.overview import look
    from casewright.knowledge.errors import SettingsError

    seen = [asdict(model) for model in look(workspace)]
    lines = []
    for model in seen:
        lines.append(f"{', '.join(model['tasks'])}: {model['model']}" + (f" at {model['url']}" if model["url"] else ""))
        told = {"key": model["key"], "price": model["price"], "tools": model["tools"]}
        lines += [f"  {name:<6} {value}" for name, value in told.items() if value]
        if model["url"]:
            mend = f"; do this: {model['mend']}" if model["mend"] else ""
            lines.append(
                f"  {'mend' if model['problem'] else 'ok':<6} {model['problem'] or 'its server answers'}{mend}"
            )
    limits = asdict(workspace.settings.limits)
    lines += ["", "limits: " + ", ".join(f"{name} {value:g}" for name, value in limits.items())]
    code = SettingsError.exit_code if any(model["problem"] for model in seen) else 0
    return Answer({"models": seen, "limits": limits}, printable("\n".join(lines)), code)


def _probed(workspace: Any) -> Answer:
    from casewright.agent.models.overview import probe_all, way_of

    found = probe_all(workspace)
    rows = [
        {"model": choice.name, "url": choice.url, "tools": able.tools, "json_schema": able.json_schema}
        for choice, able in found
    ]
    lines = [f"{choice.told}: tools by {way_of(able)}" for choice, able in found]
    return Answer({"probed": rows}, printable("\n".join(lines) or "no model has a server: nothing is to be probed"))


def _usage(workspace: Any, days: int) -> Answer:
    from casewright.agent.models.overview import today, usage

    rows, day = usage(workspace, days), today(workspace)
    shown = [{**row, "usd": "not known" if row["usd"] is None else f"{row['usd']:.4f}"} for row in rows]
    spent = "an unknown price" if day["usd"] is None else f"USD {day['usd']:.4f}"
    line = f"today: {spent} of {day['day_usd']:g}, {day['tokens']:,} tokens of {day['day_tokens']:,.0f}"
    return Answer({"today": day, "days": rows}, f"{table(shown)}\n\n{line}")


def _prices(workspace: Any) -> Answer:
    from casewright.agent.models.prices import Prices

    tables = Prices.of(workspace.folder).tables
    blocks = [
        f"{found.source} (as of {found.as_of}; USD for a million tokens)\n"
        + table([{"model": name, **price.model_dump()} for name, price in found.models.items()])
        for found in tables
    ]
    return Answer({"tables": [found.model_dump(mode="json") for found in tables]}, "\n\n".join(blocks))
