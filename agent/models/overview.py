"""What a workspace's models are, for a person: which one each task has, whether it can be used, what was used."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from casewright.agent.models.choice import FALLBACK, TASKS, Choice
from casewright.agent.models.failures import ModelFailed, in_words
from casewright.agent.models.kept import Ability, Kept
from casewright.agent.models.make import key_of, served
from casewright.agent.models.meter import Meter
from casewright.agent.models.prices import Price, Prices
from casewright.agent.models.probe import probe
from casewright.agent.quiet import silence
from casewright.agent.settings import Workspace
from casewright.knowledge.clock import iso
from casewright.knowledge.errors import CasewrightError

_QUICK_SECONDS = 5  # a server that is there tells its models at once


@dataclass(frozen=True)
class Seen:
    """One model as it is configured; `problem` and `mend` are empty where it can be used."""

    tasks: tuple[str, ...]
    model: str
    url: str = ""
    key: str = ""
    price: str = ""
    tools: str = ""
    problem: str = ""
    mend: str = ""


def look(workspace: Workspace) -> list[Seen]:
    """Each configured model once, asked for a sign of life where it has a server; what is wrong is told in it."""
    silence()
    prices, kept = Prices.of(workspace.folder), Kept(workspace.usage, workspace.settings.timezone)
    return [_seen(workspace, told, tasks, prices, kept) for told, tasks in _configured(workspace).items()]


def probe_all(workspace: Workspace) -> list[tuple[Choice, Ability]]:
    """Every configured model that has a server, asked again what it can. Raises CasewrightError."""
    silence()
    meter = Meter.of(workspace)
    choices = [Choice.of(text, workspace.settings.model_url) for text in _configured(workspace)]
    servers = [choice.allowed(workspace.settings.policy) for choice in choices if not choice.offline]
    return [(choice, probe(served(workspace, choice, "probe", meter))) for choice in servers]


def usage(workspace: Workspace, days: int) -> list[dict[str, Any]]:
    """What was asked of each model and what it cost, by day and task, the latest day first."""
    kept = Kept(workspace.usage, workspace.settings.timezone)
    return [
        {
            "day": row.day,
            "model": row.model,
            "url": row.url,
            "task": row.task,
            "calls": row.spent.calls,
            "failed": row.failed,
            "tokens_in": row.spent.tokens_in,
            "tokens_out": row.spent.tokens_out,
            "usd": None if row.spent.unpriced else round(row.spent.usd, 6),
        }
        for row in kept.by_day(days)
    ]


def way_of(ability: Ability | None) -> str:
    """How a model is offered tools, in words."""
    if ability is None:
        return "not probed yet"
    way = "its own calls" if ability.tools else "JSON by a schema" if ability.json_schema else "JSON in its text"
    return f"{way} (probed {iso(int(ability.at))})"


def _configured(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The words of the settings for each model, and the tasks that have it."""
    settings = workspace.settings
    words = {task: settings.models.get(task, settings.model) for task in TASKS}
    if FALLBACK in settings.models:
        words[FALLBACK] = settings.models[FALLBACK]
    return {word: tuple(task for task, has in words.items() if has == word) for word in dict.fromkeys(words.values())}


def _seen(workspace: Workspace, word: str, tasks: tuple[str, ...], prices: Prices, kept: Kept) -> Seen:
    choice = Choice.of(word, workspace.settings.model_url)
    if choice.offline:
        return Seen(tasks, choice.name, tools="its own calls", price="USD 0, nothing leaves this machine")
    price = _told(prices.of_model(choice), choice)
    tools = way_of(kept.ability(choice.name, choice.url)) if workspace.usage.exists() else way_of(None)
    key = ""
    try:
        choice.allowed(workspace.settings.policy)
        key = key_of(workspace, choice).source
        _sign_of_life(workspace, choice)
    except CasewrightError as error:
        return Seen(tasks, choice.name, choice.url, key, price, tools, error.message, error.hint)
    return Seen(tasks, choice.name, choice.url, key, price, tools)


def _sign_of_life(workspace: Workspace, choice: Choice) -> None:
    """Raises ModelFailed where the server does not tell its models; one that has no such list is there all the same."""
    import openai

    meter = Meter.of(workspace)
    meter.check(choice)
    model = served(workspace, choice, "show", meter)
    try:
        model.client.root_client.models.list(timeout=_QUICK_SECONDS)
    except openai.OpenAIError as error:
        failure: ModelFailed = in_words(error, choice.told, model.key_source, model.secret)
        if failure.status not in {404, 405, 501}:
            raise failure from error


def _told(price: Price | None, choice: Choice) -> str:
    if price is None:
        return "not known: held to the limits on tokens"
    if choice.local and not price.sent and not price.received:
        return "USD 0, on this machine"
    return f"USD {price.sent:g} sent, {price.received:g} received, for a million tokens"


def today(workspace: Workspace) -> dict[str, Any]:
    """This day's use so far, against its limits."""
    kept = Kept(workspace.usage, workspace.settings.timezone)
    spent, limits = kept.day(), workspace.settings.limits
    return {
        "day": kept.today(),
        "calls": spent.calls,
        "tokens": spent.tokens_in + spent.tokens_out,
        "usd": None if spent.unpriced else round(spent.usd, 6),
        "day_usd": limits.day_usd,
        "day_tokens": limits.day_tokens,
        "told_at": iso(int(datetime.now(UTC).timestamp())),
    }
