"""How a chat begins: a new conversation, the last one, or the one that is named."""

from functools import cache
from typing import TYPE_CHECKING

from casewright.agent.asking.session import Session
from casewright.agent.chat.room import Chat, Opening
from casewright.agent.chat.screen import Screen
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import NotFound

if TYPE_CHECKING:
    from casewright.agent.models.meter import Meter


def begin(
    workspace: Workspace,
    screen: Screen,
    who: str,
    *,
    case: str = "",
    alert: str = "",
    thread: str = "",
    resume: bool = False,
) -> Chat:
    """A chat with its conversation open; nothing is said yet. Raises CasewrightError."""

    @cache
    def meter() -> "Meter":
        """One for all conversations of this chat, which is the run that the limits mean."""
        from casewright.agent.models.meter import Meter

        return Meter.of(workspace)

    def opened(workspace: Workspace, opening: Opening) -> Session:
        return Session.open(
            workspace, case=opening.case, alert=opening.alert, thread=opening.thread, who=who, meter=meter
        )

    chat = Chat(workspace, screen, who, opened, Session.conversations, meter)
    if resume:
        kept = [one.thread for one in Session.conversations(workspace)]
        if not kept:
            raise NotFound("there is no conversation to go on with", hint="casewright chat begins one")
        if thread and thread not in kept:
            raise NotFound(f"there is no conversation {thread!r}", hint=f"the last is {kept[0]}; /resume lists them")
        thread = thread or kept[0]
    chat.open(Opening(case=case, alert=alert, thread=thread))
    return chat
