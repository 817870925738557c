"""Every chat model is made here: which one a task has, its key, its limits, and what stands around it."""

from typing import TYPE_CHECKING

from casewright.agent.models.choice import FALLBACK, TASKS, Choice, place
from casewright.agent.models.keys import Key, key_for, withheld
from casewright.agent.quiet import silence
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from casewright.agent.models.meter import Meter
    from casewright.agent.models.served import Served
    from casewright.agent.privacy.pseudonyms import Pseudonyms


def chat_model(
    workspace: Workspace, task: str = "draft", meter: "Meter | None" = None, privacy: "Pseudonyms | None" = None
) -> "BaseChatModel":
    """The chat model that the workspace has for a task (plan, draft or check), ready to be asked; nothing is sent yet.

    METER counts and limits what it uses, a new one where none is given. PRIVACY holds the tokens that stand for names
    and ids in whatever leaves for a model that is not the embedded one, else those of talk without a case are taken.
    Raises SettingsError for a model or key that is not there, PolicyError where the policy forbids the network.
    """
    silence()
    choice = choice_for(workspace, task)
    if choice.offline:
        return _offline()
    from casewright.agent.models.meter import Meter

    meter = meter or Meter.of(workspace)
    if privacy is None:
        from casewright.agent.privacy.of_workspace import pseudonyms_of

        privacy = pseudonyms_of(workspace)
    first = _around(workspace, choice, task, meter, privacy)
    fallback = fallback_of(workspace)
    if fallback is None or fallback == choice:
        return first
    from casewright.agent.models.fallback import WithFallback

    return WithFallback(first=first, second=_around(workspace, fallback, task, meter, privacy),
                        names=(choice.told, fallback.told), meter=meter)  # fmt: skip


def choice_for(workspace: Workspace, task: str) -> Choice:
    """The model of a task, where the policy lets it be reached. Raises SettingsError, PolicyError."""
    if task not in TASKS:
        raise UsageError(f"there is no task {task!r} for a model", hint=f"there are {', '.join(TASKS)}")
    settings = workspace.settings
    return Choice.of(settings.models.get(task, settings.model), settings.model_url).allowed(settings.policy)


def fallback_of(workspace: Workspace) -> Choice | None:
    """The model that answers where another does not; None where the settings name none."""
    settings = workspace.settings
    text = settings.models.get(FALLBACK, "")
    return Choice.of(text, settings.model_url).allowed(settings.policy) if text else None


def _offline() -> "BaseChatModel":
    import importlib  # the room of the embedded model is loaded where it is asked for, and nowhere else

    made: BaseChatModel = importlib.import_module("casewright.agent.offline.model").OfflineModel()
    return made


def served(workspace: Workspace, choice: Choice, task: str, meter: "Meter") -> "Served":
    """The model of a choice behind its server, with its key, as yet without what stands around it."""
    from casewright.agent.models.served import Served

    return Served.at(choice, key_of(workspace, choice), meter, task)


def key_of(workspace: Workspace, choice: Choice) -> Key:
    """The key that is sent to a model's server, and where it is from. Raises SettingsError."""
    keys, main = workspace.settings.keys, workspace.main_model
    return key_for(choice, main, keys, workspace.environment, workspace.folder)


def _around(workspace: Workspace, choice: Choice, task: str, meter: "Meter", privacy: "Pseudonyms") -> "BaseChatModel":
    """The model with all that stands between it and us: tokens for names, tool calls in whatever form, its limits."""
    if choice.offline:
        return _offline()
    from casewright.agent.models.adapted import Adapted
    from casewright.agent.models.served import proxy_of
    from casewright.agent.privacy.guarded import Guarded

    meter.check(choice)
    if proxy := proxy_of(choice):
        meter.note(f"{choice.told} is reached by way of the proxy {place(proxy)}, as the environment says")
    found = served(workspace, choice, task, meter)
    if withheld(found.key_source):
        meter.note(f"no key is sent to {choice.told}: {found.key_source.removeprefix('none; ')}")
    adapted = Adapted(served=found)
    return Guarded(model=adapted, pseudonyms=privacy)
