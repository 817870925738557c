"""How a chat begins: a new conversation, the last one, or the one that is named."""

from casewright.agent.asking.session import Session
from casewright.agent.chat.room import Chat, Opening
from casewright.agent.chat.screen import Screen
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import NotFound


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
    chat = Chat(workspace, screen, who, opened, Session.conversations)
    if resume:
        kept = Session.threads(workspace)
        if not kept:
            raise NotFound("there is no conversation to go on with", hint="casewright chat begins one")
        if thread and thread not in kept:
            raise NotFound(f"there is no conversation {thread!r}", hint=f"the last is {kept[0]}; /resume lists them")
        thread = thread or kept[0]
    chat.open(Opening(case=case, alert=alert, thread=thread))
    return chat


def opened(workspace: Workspace, opening: Opening) -> Session:
    """The session that an opening names."""
    return Session.open(workspace, case=opening.case, alert=opening.alert, thread=opening.thread)
