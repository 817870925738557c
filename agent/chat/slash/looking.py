"""Commands that look: at tools, at evidence, at what a claim rests on, at typologies, at rules."""

from casewright.agent import free_sql
from casewright.agent.asking.toolset import conversation_tools
from casewright.agent.chat import sources, tables, wording
from casewright.agent.chat.room import Chat
from casewright.agent.cli import evidence_text
from casewright.agent.cli.contract import table
from casewright.agent.handbook import page
from casewright.agent.typologies.known import library_of
from casewright.agent.typology_search import Search, search
from casewright.knowledge.rule import load_rules, shipped
from casewright.tools import toolbox
from casewright.tools.indicators import catalogue


def tools(chat: Chat) -> None:
    """The questions that can be put to the data"""
    found = {**toolbox.tools(), **conversation_tools()}
    wide = max(map(len, found))
    for name, tool in found.items():
        first = " ".join(tool.doc.split("\n\n")[0].split())
        chat.screen.pieces([(f"{name:<{wide}}  ", "bold"), (first, "")], "  ", " " * min(wide + 4, 24))


def show(chat: Chat, evidence: str) -> None:
    """The whole of one answer of the data, such as /show E3"""
    found = chat.evidence(evidence)
    chat.screen.pieces([(found.id, "cited"), (f" {wording.source(found, chat.zone)}", "dim")], "  ")
    for told in (f"searched: {found.searched}" if found.searched else "", found.truncated):
        if told:
            chat.screen.line(told, "dim", "  ")
    text = tables.whole(found, chat.zone, chat.screen.width - 2)
    if text:
        chat.screen.blank()
        chat.screen.block(text, indent="  ")
    for about, facts in evidence_text.facts_about(found, chat.zone):
        chat.screen.blank()
        chat.screen.line(f"About {about}", "bold", "  ")
        for name, value, means in facts:
            chat.screen.pieces([(f"{name}: {value}", ""), (f"  {means}", "dim")], "  = ", "      ")


def why(chat: Chat, sentence: str = "") -> None:
    """What the last claim rests on, or sentence N: its facts, the query, source file and line"""
    said = chat.sentence(sentence)
    chat.screen.line(said.text, "bold", "  ")
    if not said.evidence:
        chat.screen.line("It cites no evidence.", "bad", "  ")
        return
    held = {name: chat.evidence(name) for name in said.evidence}
    for fact in sources.facts_behind(said, held.values(), chat.case, chat.zone):
        chat.screen.line(fact, indent="  = ", hang="    ")
    for name, evidence in held.items():
        chat.screen.pieces([(name, "cited"), (f" {wording.source(evidence, chat.zone)}", "")], "  ")
        told = "; ".join(filter(None, (evidence.searched, evidence.truncated)))
        if told:
            chat.screen.line(f"searched: {told}", "dim", "    ")
        for origin in sources.origins(chat.session.around.ledger, evidence):
            chat.screen.line(f"from: {origin}", "dim", "    ")
        chat.screen.block(sources.excerpt(evidence.query), "dim", "    ")


def sql(chat: Chat, evidence_or_select: str = "") -> None:
    """The query behind an answer of the data, else of the last claim; or ask a SELECT, where the settings allow it"""
    if len(evidence_or_select.split()) > 1:
        asked = free_sql.asked(chat.workspace, evidence_or_select, who=chat.who)
        chat.screen.line(asked.truncated or asked.searched, "dim", "  ")
        rows = tables.whole(asked, chat.zone, chat.screen.width - 2)
        chat.screen.block(rows or "no row", indent="  ")
        chat.screen.line("Asked by you, of all accounts: no answer of this conversation rests on it.", "dim", "  ")
        return
    names = [evidence_or_select] if evidence_or_select else chat.sentence("").evidence
    for name in names:
        found = chat.evidence(name)
        chat.screen.pieces([(found.id, "cited"), (f" {wording.source(found, chat.zone)}", "dim")], "  ")
        chat.screen.block(found.query)


def typologies(chat: Chat, words: str = "") -> None:
    """How the case matches typologies; with WORDS search them, with an id show its page"""
    library = library_of(chat.workspace)
    if words in library.findable:
        chat.screen.block(page(library.typology(words), catalogue(), {}))
    elif words:
        chat.screen.block(search(chat.workspace, library, [words], Search(), progress=lambda share: None).text())
    elif chat.case is None:
        chat.screen.line("No case is open: /typologies WORDS searches them, /case ID opens a case.", indent="  ")
    else:
        for match in chat.case.typologies[:5]:
            seen = f"seen: {'; '.join(match.seen)}" if match.seen else "nothing of it seen"
            chat.screen.pieces([(f"{match.score:.2f} {match.name}", ""), (f" ({match.id})", "dim")], "  ")
            chat.screen.line(seen, "dim", "       ")


def rule(chat: Chat) -> None:
    """The monitoring rules, and what can be done about them from here"""
    rules = load_rules([shipped(), chat.workspace.folder / "rules"], catalogue())
    rows = [{"id": one.id, "status": one.status, "title": one.title} for one in rules.values()]
    chat.screen.block(table(rows), indent="  ")
    alert = chat.case.alert if chat.case else None
    if alert and alert.rule:
        chat.screen.line(f"This case's alert {alert.id} came from {alert.rule}.", indent="  ")
    chat.screen.line(
        "Proposing a rule from a case is not part of this program yet. Rules are files in the workspace's rules/ that "
        "people write; casewright rules run raises their alerts.",
        indent="  ",
    )
