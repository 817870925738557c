"""Commands on the conversation itself: help, models, cost, export, another conversation, goodbye."""

from pathlib import Path

from casewright.agent.asking.events import Usage
from casewright.agent.chat import answers, slash, transcript
from casewright.agent.chat.notebook import private
from casewright.agent.chat.room import Chat, Leave, Opening
from casewright.agent.models.meter import Meter
from casewright.knowledge import clock
from casewright.knowledge.errors import DataError, NotFound, UsageError

_THREADS = 15  # listed
_LEAST = 40  # columns that a help's words want beside its command
_FIRST = "# Conversation "


def help(chat: Chat) -> None:
    """This page"""
    found = slash.commands().values()
    wide = max(len(command.usage) for command in found)
    for command in found:
        beside = f"  {command.usage:<{wide}}  "
        if chat.screen.width < len(beside) + _LEAST:
            chat.screen.line(command.usage, indent="  ")
            chat.screen.line(command.help, "dim", "    ")
        else:
            chat.screen.line(command.help, indent=beside)
    chat.screen.blank()
    for line in _KEYS:
        chat.screen.line(line, "dim", "  ")


_KEYS = (
    "Anything else is a question to the data. A number asks the suggestion of that number.",
    "Tab completes commands and ids; Alt-Enter begins a new line; pasted lines are one question.",
    "Ctrl-C stops an answer, twice leaves; Ctrl-D leaves. Conversations are kept: casewright chat --resume.",
)


def model(chat: Chat, name: str = "") -> None:
    """Which model answers; with a NAME go on by that one (offline, openai:NAME)"""
    if name:
        chat.with_model(name)
    chat.screen.line(f"Model: {chat.workspace.settings.model}", indent="  ")


def cost(chat: Chat) -> None:
    """What this conversation has used: tokens and their price"""
    turns = chat.session.turns()
    used = [answer.usage for _, answer in turns]
    prices = [one.usd for one in used]
    usd = None if None in prices else sum(price for price in prices if price is not None)
    total = Usage(sum(one.tokens_in for one in used), sum(one.tokens_out for one in used), usd)
    told = answers.usage(total) or "no tokens; nothing left this machine"
    chat.screen.line(f"{len(turns)} question{'' if len(turns) == 1 else 's'}: {told}", indent="  ")
    day = answers.usage(Meter.of(chat.workspace).day())
    if day:
        chat.screen.line(f"this day, all conversations: {day}", indent="  ")


def export(chat: Chat, file: str) -> None:
    """Write this conversation with its sources as markdown"""
    path = Path(file).expanduser()
    if path.suffix != ".md":
        raise UsageError(f"{path} is no name for a text in markdown", hint=f"/export {path}.md")
    turns = chat.session.turns()
    if not turns:
        raise NotFound("there is nothing to write yet", hint="ask something first")
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_FIRST):
        raise UsageError(f"{path} is there and is no conversation of ours", hint="name another file")
    ledger, case = chat.session.around.ledger, chat.case
    about = [
        f"Case {case.id}; the draft recommends: {case.recommendation}." if case else "No case was open.",
        f"Model: {chat.workspace.settings.model}. Data to {clock.date_text(ledger.now(), ledger.timezone)}, "
        f"{ledger.currency}, {ledger.timezone}.",
        "Internal; not for the customer. Every claim cites the answer of the data that it rests on.",
    ]
    title = f"{_FIRST.removeprefix('# ')}{chat.session.thread}"
    text = transcript.markdown(title, turns, chat.known, chat.zone, about)
    try:
        with open(path, "w", encoding="utf-8", opener=private) as written:
            written.write(text)
    except OSError as error:
        raise DataError(f"cannot be written ({error.strerror or error})", path) from error
    chat.screen.line(f"{len(turns)} question{'' if len(turns) == 1 else 's'} written to {path}", indent="  ")


def resume(chat: Chat, number: str = "") -> None:
    """List the conversations, newest first; with a NUMBER or id go on with that one"""
    kept = list(chat.conversations(chat.workspace))
    if not number:
        for place, one in enumerate(kept[:_THREADS], 1):
            here = ", this one" if one.thread == chat.session.thread else ""
            used = f"{clock.local(int(one.used), chat.zone):%Y-%m-%d %H:%M}"
            about = f" {one.about}:" if one.about else ""
            chat.screen.pieces([(f"{one.thread}  {used}{here} ", "dim"), (f"{about} {one.first}", "")], f"{place:>4} ")
        if not kept:
            chat.screen.line("no conversation is kept yet", indent="  ")
        return
    threads = [one.thread for one in kept]
    wanted = threads[int(number) - 1] if number.isdigit() and 1 <= int(number) <= len(threads) else number
    if wanted not in threads:
        raise NotFound(f"there is no conversation {number!r}", hint="/resume lists them")
    chat.open(Opening(thread=wanted))
    chat.recall()


def quit(chat: Chat) -> None:
    """Leave; the conversation is kept"""
    raise Leave
