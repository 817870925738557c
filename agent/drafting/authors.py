"""Which author words a case: the embedded writer, or the chat model that the settings or a person name."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from casewright.agent.drafting.author import Author, Embedded
from casewright.agent.models.make import chat_model, choice_for
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from casewright.agent.models.meter import Meter


@dataclass
class Authors:
    """The authors of one run, a context manager: MODEL, by name or as it is, else the settings' models.

    METERED gives the meter of what the run is a part of, such as a chat; without it the run has its own.

    Raises SettingsError or PolicyError for a model that cannot be used here.
    """

    workspace: Workspace
    model: "str | BaseChatModel" = ""
    metered: "Callable[[], Meter] | None" = None

    _closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def __post_init__(self) -> None:
        if isinstance(self.model, str) and self.model:
            settings = self.workspace.settings.modelled(self.model)
            self.workspace = replace(self.workspace, settings=settings)
        if isinstance(self.model, str):
            choice_for(self.workspace, "draft")  # what cannot be used is told before anything is asked

    def of(self, case: Case) -> Author:
        """The author of this case's memo. The offline model's words are the embedded writer's: no library is loaded."""
        if not isinstance(self.model, str):
            return self._given(case, self.model)
        choice = choice_for(self.workspace, "draft")
        if choice.offline:
            return Embedded(case.versions.writer)
        from casewright.agent.drafting.hidden import meet
        from casewright.agent.drafting.model import ChatAuthor
        from casewright.agent.privacy.of_workspace import pseudonyms_of

        planned, checked = (choice_for(self.workspace, task) for task in ("plan", "check"))
        self._meter.begin_turn()
        pseudonyms = self._closing.enter_context(contextlib.closing(pseudonyms_of(self.workspace, case.id)))
        words = chat_model(self.workspace, "draft", self._meter, pseudonyms)
        plans = words if planned == choice else None
        if plans is None and not planned.offline:
            plans = chat_model(self.workspace, "plan", self._meter, pseudonyms)
        mends = None
        if checked not in (choice, planned) and not checked.offline:
            mends = chat_model(self.workspace, "check", self._meter, pseudonyms)
        elif checked == planned:
            mends = plans
        return ChatAuthor(choice.label, words, plans, mends, self._meter, lambda told: meet(told, pseudonyms))

    def _given(self, case: Case, model: "BaseChatModel") -> Author:
        from casewright.agent.offline.model import OfflineModel

        if isinstance(model, OfflineModel):
            return Embedded(case.versions.writer)
        from casewright.agent.drafting.model import ChatAuthor

        return ChatAuthor(str(getattr(model, "model_name", "") or model._llm_type), model, model)

    @cached_property
    def _meter(self) -> "Meter":
        from casewright.agent.models.meter import Meter

        return self.metered() if self.metered else Meter.of(self.workspace)
