"""What a person at a chat sees and may do, with answers written beforehand over a real ledger."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chatting.scripted import ALERTS, CUSTOMERS, ROWS, Typed, chat_of

from casewright.agent.asking.events import Answer
from casewright.agent.cases import draft as casewright_draft
from casewright.agent.chat import answers, tables, talk, transcript
from casewright.agent.chat.room import Opening
from casewright.agent.chat.screen import Screen
from casewright.agent.grounding import check, replay_moved
from casewright.agent.ledgers import open_ledger
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.records import Subject
from casewright.tools import toolbox
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger

Said = Callable[..., str]


@pytest.fixture
def house(workspace: Workspace, build_ledger: Callable[..., Path]) -> Workspace:
    """A workspace with a small ledger."""
    build_ledger(workspace.ledger, ROWS, customers=CUSTOMERS, alerts=ALERTS)
    return workspace


def _screen(out: io.StringIO, *, width: int = 100, live: bool = False, colour: bool = False) -> Screen:
    return Screen(out, colour=colour, live=live, width=lambda: (width, 40))


@pytest.fixture
def said(house: Workspace) -> Said:
    """What the screen holds after these lines."""

    def run(*lines: str, opening: Opening | None = None, **screen: Any) -> str:
        out = io.StringIO()
        chat = chat_of(house, _screen(out, **screen), opening)
        talk.talk(chat, Typed(*lines))
        chat.close()
        return out.getvalue()

    return run


def test_a_question_to_the_data_is_one_line_with_rows_time_and_id(said: Said) -> None:
    assert "\N{MIDDLE DOT} flows C-10482, March 2025: 2 rows, 0.04 s [E1]\n" in said("what came in in March?")


def test_claims_are_numbered_and_bear_their_sources(said: Said) -> None:
    shown = said("what came in in March?")
    assert "  1 C-10482 received USD 1,250.00 in 2 transfers. [E1]\n" in shown
    assert "  2 C-10482 sent USD 1,200.00 in 1 transfer. [E1]\n" in shown


def test_a_struck_sentence_is_shown_as_struck_with_the_reason(said: Said) -> None:
    shown = said("what came in in March?")
    assert "struck: C-10482 received USD 9,999.00.\n" in shown
    assert "why: no fact of the evidence cited has this value\n" in shown


def test_what_is_not_established_and_the_table_are_told(said: Said) -> None:
    shown = said("what came in in March?")
    assert "not established: who holds 0xab12\n" in shown
    assert "1,250.00" in shown.partition("direction")[2]


def test_a_pipe_is_never_shown_words_that_were_not_checked(said: Said) -> None:
    shown = said("what came in in March?")
    assert "show: E1" not in shown
    assert shown.count("C-10482 received USD 1,250.00 in 2 transfers.") == 1
    assert "\x1b" not in shown


def test_a_terminal_shows_words_as_they_come_and_takes_them_back_when_they_are_checked(said: Said) -> None:
    shown = said("what came in in March?", live=True)
    draft = shown.index("received ")
    taken_back = shown.index("\x1b[J", draft)
    assert taken_back < shown.index("  1 C-10482 received", draft)
    assert shown[draft:taken_back].count("\n") == 1  # two rows, so one row up
    assert "\x1b[1A" in shown[draft:taken_back]


def test_a_number_asks_the_suggestion_of_that_number(said: Said) -> None:
    shown = said("what came in in March?", "2")
    assert "> Who paid in?\n" in shown
    assert "[E2]" in shown


def test_a_number_without_a_suggestion_is_told(said: Said) -> None:
    assert "there is no suggestion 7" in said("what came in in March?", "7")


def test_a_refusal_says_what_can_be_done_instead(said: Said) -> None:
    assert "ask about accounts" in said("how is the weather?")


def test_an_error_is_one_line_and_the_talk_goes_on(said: Said) -> None:
    shown = said("this breaks", "what came in in March?")
    assert "there is no account 'C-9'; ask about another\n" in shown
    assert "[E1]" in shown


def test_an_unknown_command_names_the_nearest(said: Said) -> None:
    assert "there is no command /shwo; did you mean /show?" in said("/shwo 1")


def test_help_names_every_command_of_the_issue(said: Said) -> None:
    shown = said("/help")
    names = "help case alert tools show why sql typologies draft rule note pin model cost export resume quit"
    assert [name for name in names.split() if f"/{name}" not in shown] == []


def test_quit_leaves_and_nothing_after_it_is_asked(said: Said) -> None:
    assert "[E1]" not in said("/quit", "what came in in March?")


def test_show_tells_all_of_an_answer_by_its_number_or_id(said: Said) -> None:
    by_id, by_number = said("march?", "/show e1"), said("march?", "/show 1")
    assert by_id == by_number
    assert "About C-10482" in by_id


def test_show_of_an_unknown_id_says_which_there_are(said: Said) -> None:
    assert "there is no evidence 'E9' in this conversation; there are E1 to E1" in said("march?", "/show E9")


def test_why_tells_the_facts_the_query_and_the_source_lines_of_a_claim(said: Said) -> None:
    shown = said("march?", "/why 2").rpartition("C-10482 sent USD 1,200.00 in 1 transfer.")[2]
    assert "USD 1,200.00: E1." in shown
    assert "select" in shown
    assert "from: test: lines 2, 3, 4\n" in shown


def test_why_without_a_number_is_about_the_last_claim(said: Said) -> None:
    shown = said("march?", "how is the weather?", "/why")
    assert shown == said("march?", "how is the weather?", "/why 2")
    assert "USD 1,200.00: E1." in shown


def test_sql_shows_the_whole_query(said: Said) -> None:
    assert "create or replace temp table asked" in said("march?", "/sql E1")


def test_cost_adds_up_what_the_answers_used(said: Said) -> None:
    assert "2 questions: 240 tokens in, 60 out, USD 0.0008" in said("march?", "and april?", "/cost")


def test_escapes_in_data_never_reach_the_terminal(house: Workspace) -> None:
    out = io.StringIO()
    evil = "paid \x1b]8;;http://x.example\x07here\x1b]8;;\x07 \x1b[2J\u202e\u200b"
    answer = Answer((Sentence(text=evil, evidence=("E1",)),), not_established=(evil,), follow_ups=(evil,), refused=evil)
    screen = _screen(out, live=True)
    screen.draft(evil)
    screen.settle()
    answers.show(screen, answer, {}.__getitem__, "UTC")
    left = out.getvalue().replace("\r\x1b[J", "")
    assert not any(c in left for c in "\x1b\x07\u202e\u200b")


def test_a_narrow_terminal_gets_no_longer_line_than_it_has_columns(said: Said) -> None:
    shown = said("what came in in March?", "/help", width=40, live=True)
    after = shown.partition("\x1b[J")[2]
    assert max(len(line) for line in after.split("\n")) <= 40


def test_no_colour_means_no_style(said: Said) -> None:
    assert "\x1b[36m" in said("march?", colour=True)
    assert "\x1b[36m" not in said("march?", colour=False)


def test_an_export_holds_questions_answers_and_sources(said: Said, tmp_path: Path) -> None:
    said("what came in in March?", f"/export {tmp_path / 'talk.md'}")
    text = (tmp_path / "talk.md").read_text(encoding="utf-8")
    assert "## 1. what came in in March?" in text
    assert "1. C-10482 received USD 1,250.00 in 2 transfers. [E1]" in text
    assert "Struck: ~~C-10482 received USD 9,999.00.~~" in text
    assert "**E1** flows C-10482, March 2025: 2 rows." in text
    assert "```sql" in text


def test_an_export_writes_over_no_file_that_is_none_of_ours(said: Said, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("# Shopping", encoding="utf-8")
    assert "is there and is no conversation of ours" in said("march?", f"/export {tmp_path / 'mine.md'}")
    assert (tmp_path / "mine.md").read_text(encoding="utf-8") == "# Shopping"


def test_a_note_and_a_pinned_answer_become_the_cases_next_version(
    said: Said, house: Workspace, make_case: Callable[..., Case]
) -> None:
    with Store.open(house.cases) as store:
        store.save_case(make_case("CASE-7"), "ana")
    shown = said("march?", "/note He sold a car.", "/pin 2", opening=Opening(case="CASE-7"))
    assert "CASE-7, version 2: E2 added" in shown
    assert "CASE-7, version 3:" in shown
    with Store.open(house.cases) as store:
        kept, entries = store.load_case("CASE-7"), store.entries("CASE-7")
    added = kept.narrative.sections[-1]
    assert [sentence.text for sentence in added.sentences] == [
        'A person noted: "He sold a car."',
        "C-10482 sent USD 1,200.00 in 1 transfer.",
    ]
    assert {name for sentence in added.sentences for name in sentence.evidence} <= {e.id for e in kept.evidence}
    assert [entry.who for entry in entries] == ["ana", "mira", "mira"]


def test_what_was_noted_without_a_case_waits_for_the_one_that_is_drafted(said: Said, house: Workspace) -> None:
    shown = said("march?", "/pin E1", "/note He sold a car.", "/draft A-71Q")
    assert "2 kept with this conversation: /draft ID puts them into a case" in shown
    with Store.open(house.cases) as store:
        kept = store.load_case("CASE-A-71Q")
    texts = [sentence.text for sentence in kept.narrative.sections[-1].sentences]
    assert texts == ["A person added this answer to the case.", 'A person noted: "He sold a car."']
    assert not list((house.machine / "chat").glob("*.json"))


def test_a_case_that_is_drafted_again_keeps_what_people_added(said: Said, house: Workspace) -> None:
    said("march?", "/pin 1", "/note He sold a car.", "/draft A-71Q")
    said("/draft", opening=Opening(case="CASE-A-71Q"))
    casewright_draft(house, ["A-71Q"], who="ana")
    with Store.open(house.cases) as store:
        kept = store.load_case("CASE-A-71Q")
        versions = [entry for entry in store.entries("CASE-A-71Q") if entry.what == "case saved"]
    assert [sentence.text for sentence in kept.narrative.sections[-1].sentences] == [
        "C-10482 received USD 1,250.00 in 2 transfers.",
        'A person noted: "He sold a car."',
    ]
    assert len(versions) == 2  # the bare draft and the one with what was added; the same content is not kept again


def test_a_note_is_no_question_that_the_ledger_could_be_asked_again(said: Said, house: Workspace) -> None:
    said("march?", "/pin 1", "/note He sold a car.", "/draft A-71Q")
    with Store.open(house.cases) as store, open_ledger(house) as ledger:
        kept = store.load_case("CASE-A-71Q")
        assert replay_moved(kept, ledger) == ()
    assert check(kept.narrative.sentences, kept).clean


def test_a_note_gets_no_id_that_means_something_else_in_the_conversation(
    said: Said, house: Workspace, make_case: Callable[..., Case]
) -> None:
    with Store.open(house.cases) as store:
        store.save_case(make_case("CASE-7"), "ana")
    shown = said("march?", "april?", "/note He sold a car.", "/show E2", opening=Opening(case="CASE-7"))
    assert "CASE-7, version 2: E3 added" in shown
    assert "E2 flows C-10482" in shown.rpartition("> /show E2")[2]


def test_free_sql_is_asked_where_the_settings_allow_it_alone(said: Said, house: Workspace) -> None:
    question = "/sql select count(*) as moves from transfers"
    assert "free SQL is off in this workspace" in said(question)
    settings = house.folder / "casewright.toml"
    settings.write_text("[policy]\nsql = true\n", encoding="utf-8")
    out = io.StringIO()
    chat = chat_of(Workspace.at(house.folder), _screen(out))
    talk.talk(chat, Typed(question, "/sql drop table transfers"))
    chat.close()
    assert "moves\n" in out.getvalue()
    assert "    3\n" in out.getvalue()
    assert out.getvalue().rstrip().splitlines()[-1].startswith("  only")
    with Store.open(house.cases) as store:
        assert [entry.who for entry in store.entries("ledger")] == ["mira"]


def test_what_customers_wrote_reaches_neither_the_terminal_nor_markdown_as_more_than_words(
    make_ledger: Callable[..., Ledger],
) -> None:
    evil = "\x1b]0;owned\x07 ![x](https://x.example/a.png) [pay](http://x.example) <img src=x> # big www.x.example"
    ledger = make_ledger([{**ROWS[0], "memo": evil}])
    found = toolbox.call(ledger, "transfers", (Subject(id="C-10482"),)).with_id("E1")
    out = io.StringIO()
    _screen(out, live=True).block(tables.whole(found, "UTC", 100))
    assert "owned" in out.getvalue()
    assert not {"\x1b", "\x07"} & set(out.getvalue())
    answer = Answer((Sentence(text=evil, evidence=("E1",)),), shown=("E1",), not_established=(evil,))
    text = transcript.markdown("t", [(evil, answer)], {"E1": found}, "UTC", [])
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)<img|!\[|https?://|www\.|\x1b", text.partition("```sql")[0])


def test_conversations_are_listed_with_what_they_were_about(said: Said) -> None:
    assert "   1 T-1  2025-03-01 00:00, this one  CASE-7: march?\n" in said("/resume")
    assert "there is no conversation 'T-9'; /resume lists them" in said("/resume T-9")
    assert said("/resume 1").count("conversation T-1") == 2
