"""An answer on the screen: questions to the data as they are asked, then what was found, struck and left open."""

from collections.abc import Callable, Collection, Iterable

from casewright.agent.asking.events import Answer, Asked, Event, Said, Told, Usage
from casewright.agent.chat import tables, wording
from casewright.agent.chat.screen import Piece, Screen
from casewright.knowledge.case import Sentence
from casewright.knowledge.errors import CasewrightError
from casewright.knowledge.evidence import Evidence

Evidences = Callable[[str], Evidence]


def follow(screen: Screen, events: Iterable[Event], evidence: Evidences, zone: str) -> Answer | None:
    """Show what happens as it happens, and the answer at its end; None where the events ended without one."""
    waiting_for = ["thinking"]
    told: set[str] = set()
    answer = None
    with screen.waiting(lambda: waiting_for[0]):
        for event in events:
            match event:
                case Asked():
                    screen.settle()
                    waiting_for[0] = wording.asked(event.tool, event.arguments, zone)
                case Told():
                    waiting_for[0] = "thinking"
                    told.add(event.evidence.id)
                    tool_line(screen, event, zone)
                case Said():
                    screen.draft(event.text)
                case Answer():
                    answer = event
                    screen.settle()
    screen.settle()
    if answer is not None:
        show(screen, answer, evidence, zone, told)
    return answer


def tool_line(screen: Screen, event: Told, zone: str) -> None:
    """One line for one question to the data: `flows C-14330, October 2025: 12 rows, 0.04 s [E3]`."""
    failed = event.evidence.status == "failed"
    pieces = [(wording.told(event, zone), "bad" if failed else "dim"), (f" [{event.evidence.id}]", "cited")]
    screen.pieces(pieces, "  \N{MIDDLE DOT} ", "    ")


def show(screen: Screen, answer: Answer, evidence: Evidences, zone: str, told: Collection[str] = ()) -> None:
    """The whole answer; TOLD are the ids whose line the screen has shown in this turn."""
    if answer.refused:
        screen.line(answer.refused, indent="  ")
    if answer.sentences and told:
        screen.blank()
    _sentences(screen, answer.sentences)
    if not (answer.refused or answer.cut_off or answer.sentences or answer.not_established or answer.shown):
        screen.line("Nothing that the data hold could be said of it; ask for something more particular.", indent="  ")
    for struck in answer.struck:
        screen.pieces([("struck: ", "bad"), (struck.sentence, "struck")], "  \N{MULTIPLICATION SIGN} ", "    ")
        screen.line(f"why: {struck.why}", "dim", "    ", "    ")
    for words in answer.not_established:
        screen.pieces([("not established: ", "bold"), (words, "")], "  ? ", "    ")
    for name in answer.shown:
        _table(screen, name, evidence, zone)
    _sources(screen, answer, evidence, zone, set(told))
    if answer.cut_off:
        screen.line(f"cut off: {answer.cut_off}", "bad", "  ! ", "    ")
    for line in answer.notes:
        screen.line(f"note: {line}", "dim", "  ", "    ")
    _further(screen, answer.follow_ups)
    cost = usage(answer.usage)
    if cost:
        screen.line(cost, "dim", "  ")


def _sentences(screen: Screen, sentences: Iterable[Sentence]) -> None:
    """A claim a line, numbered for `/why N`, its sources behind it."""
    for number, sentence in enumerate(sentences, 1):
        cited: list[Piece] = [(f" [{']['.join(sentence.evidence)}]", "cited")] if sentence.evidence else []
        screen.pieces([(sentence.text, ""), *cited], f"{number:>3} ", "    ")


def _table(screen: Screen, name: str, evidence: Evidences, zone: str) -> None:
    try:
        found = evidence(name)
    except (CasewrightError, KeyError):
        return
    text = tables.below(found, zone, screen.width - 4)
    if text:
        screen.blank()
        screen.pieces([(name, "cited"), (f" {wording.source(found, zone)}", "dim")], "    ")
        screen.block(text, indent="    ")


def _sources(screen: Screen, answer: Answer, evidence: Evidences, zone: str, told: set[str]) -> None:
    """Where the claims come from and what was asked in vain, as far as this turn has not told it already."""
    cited = [name for sentence in answer.sentences for name in sentence.evidence]
    for name in dict.fromkeys([*cited, *answer.failed]):
        if name in told or name in answer.shown:
            continue
        try:
            words = wording.source(evidence(name), zone)
        except (CasewrightError, KeyError):
            continue
        screen.pieces([(name, "cited"), (f" {words}", "dim")], "  \N{MIDDLE DOT} ", "    ")


def _further(screen: Screen, questions: Iterable[str]) -> None:
    """What could be asked next; typing the number asks it."""
    for number, words in enumerate(questions, 1):
        if number == 1:
            screen.blank()
            screen.line("Next, by its number:", "dim", "  ")
        screen.pieces([(f"{number} ", "bold"), (words, "dim")], "  > ", "      ")


def usage(used: Usage) -> str:
    """`1,204 tokens in, 88 out, USD 0.0021`; empty where nothing left the machine."""
    if not used.tokens_in and not used.tokens_out:
        return ""
    price = "price not known" if used.usd is None else f"USD {used.usd:.4f}"
    return f"{used.tokens_in:,} tokens in, {used.tokens_out:,} out, {price}"
