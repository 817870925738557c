"""The talk: a line is read, a command obeyed or a question answered, until the person leaves."""

from typing import Any, TextIO

from casewright.agent.chat import slash, wording
from casewright.agent.chat.completion import Words
from casewright.agent.chat.keys import CtrlC
from casewright.agent.chat.line import Interrupted, Lines, PipedLines, TypedLines
from casewright.agent.chat.room import Chat, Leave
from casewright.knowledge.errors import CasewrightError, UsageError

_LEAVES = 2  # times Ctrl-C in a row


def talk(chat: Chat, lines: Lines) -> int:
    """Say where we are, then talk until the person leaves: Ctrl-D, /quit, or Ctrl-C twice; an error does not end it.

    Tells how many lines came to nothing.
    """
    with CtrlC(lambda: chat.session.stop(), typed=lines.typed) as keys:
        return _talk(chat, lines, keys)


def _talk(chat: Chat, lines: Lines, keys: CtrlC) -> int:
    stops = failed = 0
    greeted = False
    while stops < _LEAVES:
        try:
            if not greeted:
                greeted = True
                with keys.stops():
                    chat.recall()
                    if lines.typed:
                        chat.prepare()
            if keys.pending:
                keys.pending = False
                raise Interrupted(empty=True)
            line = lines.read()
            if line is None:
                return failed
            if not line.strip():
                continue
            with keys.stops():
                handle(chat, line.strip())
            stops = 0
        except Leave:
            return failed
        except Interrupted as key:
            stops = stops + 1 if key.empty else 0
            if stops == 1:
                chat.screen.line("Ctrl-C again leaves, Ctrl-D too; the conversation is kept.", "dim")
        except KeyboardInterrupt:
            failed += 1
            stops = 1 if lines.typed else _LEAVES
            chat.screen.settle()
            again = " Ctrl-C again leaves." if lines.typed else ""
            chat.screen.line(f"Stopped; nothing of this turn is an answer.{again}", "bad", "  ")
        except CasewrightError as error:
            stops, failed = 0, failed + 1
            chat.screen.line(str(error), "bad", "  ")
        except BrokenPipeError:  # `casewright chat | head`: nobody reads on
            raise
        except Exception as error:  # noqa: BLE001  (a defect in one turn must not end a day's conversation)
            stops, failed = 0, failed + 1
            told = " ".join(str(error).split())[:300] or "no message"
            chat.screen.line(f"{type(error).__name__}: {told}; a defect of ours, the conversation goes on", "bad", "  ")
    return failed


def lines(chat: Chat, source: TextIO, *, typed: bool) -> Lines:
    """What the person types, with history and completion at a terminal."""
    if not typed:
        return PipedLines(source, chat.screen)
    completer = Words(
        {name: command.help for name, command in slash.commands().items()},
        lambda: {name: wording.source(one, chat.zone) for name, one in reversed(list(chat.known.items()))},
        lambda: chat.session.around.ledger,
        chat.workspace.cases,
    )
    return TypedLines(chat.workspace.machine / "chat" / "history", completer, lambda: toolbar(chat))


def toolbar(chat: Chat) -> str:
    """The line below the line: where we are."""
    case = f"{chat.case.id}, {chat.case.recommendation}" if chat.case else "no case open"
    return f"{case} | {chat.workspace.settings.model} | /help"


def payload(chat: Chat) -> dict[str, Any]:
    """The conversation for machines."""
    turns = [
        {
            "question": question,
            "sentences": [sentence.model_dump(mode="json") for sentence in answer.sentences],
            "struck": [{"sentence": struck.sentence, "why": struck.why} for struck in answer.struck],
            "not_established": list(answer.not_established),
            "refused": answer.refused,
            "cut_off": answer.cut_off,
        }
        for question, answer in chat.session.turns()
    ]
    return {"conversation": chat.session.thread, "case": chat.case.id if chat.case else None, "turns": turns}


def handle(chat: Chat, line: str) -> None:
    """Obey a slash command, or ask: the line, or the suggestion that it names by number. Raises CasewrightError."""
    if line.startswith("/"):
        slash.obey(chat, line)
        return
    follow_ups = chat.answer.follow_ups if chat.answer else ()
    if line.isdigit():
        if not 1 <= int(line) <= len(follow_ups):
            raise UsageError(f"there is no suggestion {line}", hint="type a question, or /help")
        line = follow_ups[int(line) - 1]
        chat.screen.line(line, "bold", "> ")
    chat.ask(line)
