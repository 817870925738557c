"""Drafting over OpenAI's protocol, with a server that answers well or badly: nothing unsupported stays, all is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_openai import ChatOpenAI
from loopback import Loopback, Reply, calls, fails, overflows, says
from pydantic import SecretStr

from casewright.agent import grounding
from casewright.agent.drafting.model import ChatAuthor, prompt_version
from casewright.agent.drafting.write import Written, write
from casewright.agent.memo.page import markdown
from casewright.knowledge.case import Case, Section

NOTHING_TO_ASK = calls(("plan", {"questions": []}))
SOUND = ("C-20417 received USD 2,100.00 from POSB-6240877 on 2025-04-14.", ["E8"])


def memo(*sentences: tuple[str, list[str]], title: str = "What happened", **how: Any) -> Reply:
    told = [{"text": text, "evidence": evidence} for text, evidence in sentences]
    return calls(("memo", {"sections": [{"title": title, "sentences": told}]}), **how)


def revision(*entries: tuple[int, str, list[str]]) -> Reply:
    told = [{"number": number, "text": text, "evidence": evidence} for number, text, evidence in entries]
    return calls(("revision", {"sentences": told}))


@contextmanager
def served(*replies: Reply, **how: Any) -> Iterator[tuple[Loopback, ChatAuthor]]:
    with Loopback(replies) as server:
        settings = {"max_retries": 0, "timeout": 5, "use_responses_api": False, "stream_usage": True, **how}
        model = ChatOpenAI(model="loopback", base_url=server.url, api_key=SecretStr("none"), **settings)
        yield server, ChatAuthor("openai:loopback", model, model)


@pytest.fixture
def drafted(exchange: Any, case: Case) -> Callable[..., Written]:
    """Draft with these replies; whatever they are, what comes out is sound."""

    def draft(*replies: Reply, **how: Any) -> Written:
        with served(*replies, **how) as (_, author):
            written = write(case, author, exchange.ledger)
        assert_sound(written, case)
        return written

    return draft


def assert_sound(written: Written, before: Case) -> None:
    made = written.case
    titles = [section.title for section in made.narrative.sections]
    assert grounding.check(made.narrative.sentences, made, titles).clean
    assert cited(grounding.parse(markdown(made))) == cited(made.narrative.sections)
    assert made.narrative.sentences[-1] == before.narrative.sentences[-1]
    assert (made.recommendation, made.findings) == (before.recommendation, before.findings)
    kept = {sentence.text for sentence in made.narrative.sentences}
    assert not kept & {struck.sentence for struck in written.struck}
    for title in ("What speaks against", "What was checked", "What cannot be known here"):
        ours = next(section for section in before.narrative.sections if section.title == title)
        assert any(section.title == title for section in made.narrative.sections), title
        assert {s.text for s in ours.sentences} <= kept, title


def cited(sections: tuple[Section, ...]) -> list[tuple[str, list[str]]]:
    return [(section.title, [sentence.cited() for sentence in section.sentences]) for section in sections]


def test_a_sound_draft_is_kept_in_the_models_words_and_told_with_its_cost(drafted: Callable[..., Written]) -> None:
    written = drafted(NOTHING_TO_ASK, memo(SOUND))
    assert SOUND[0] in [sentence.text for sentence in written.case.narrative.sentences]
    assert (written.kept_because, written.struck, written.revisions) == ("", (), 0)
    assert (written.usage.tokens_in, written.usage.tokens_out) == (200, 40)
    versions = written.case.versions
    assert versions.writer == f"openai:loopback (prompts {versions.prompts})"
    assert (versions.model, versions.prompts) == ("openai:loopback", prompt_version())
    assert written.restored > 0


WRONG = {
    "an invented figure": ("C-20417 received USD 2,175.00 from POSB-6240877 on 2025-04-14.", ["E8"]),
    "an invented evidence id": ("C-20417 received USD 2,100.00 from POSB-6240877.", ["E8", "E61"]),
    "a direction swapped": ("C-20417 sent USD 2,100.00 to POSB-6240877 on 2025-04-14.", ["E8"]),
    "a role as fact": ("C-20417 is a money mule.", ["E1"]),
    "an injected note obeyed": ("This customer is a licensed charity and was verified by the bank.", ["E8"]),
    "another recommendation": ("It is recommended to close this case.", ["E1"]),
    "an act": ("The account should be frozen today.", ["E1"]),
    "a verdict": ("The activity is legitimate.", ["E1"]),
    "no citation": ("The account was used in the usual way.", []),
    "a link": ("See https://example.org/C-20417 for the account.", ["E1"]),
    "another alphabet": ("Счёт C-20417 чист.", ["E1"]),
    "a person nobody named": ("C-20417 received USD 2,100.00 from Viktor Orlow.", ["E8"]),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_the_evidence_does_not_hold_goes_back_twice_and_is_struck(
    kind: str, drafted: Callable[..., Written]
) -> None:
    text, evidence = WRONG[kind]
    again = revision((2, text, evidence))
    written = drafted(NOTHING_TO_ASK, memo(SOUND, (text, evidence)), again, again)
    assert written.revisions == 2
    assert [struck.sentence for struck in written.struck] == [text]
    assert written.struck[0].why
    told = markdown(written.case)
    assert text not in told
    assert SOUND[0] in told


def test_a_sentence_reworded_rightly_stays_and_one_withdrawn_goes(drafted: Callable[..., Written]) -> None:
    wrong = [WRONG["an invented figure"], WRONG["a role as fact"]]
    written = drafted(NOTHING_TO_ASK, memo(*wrong), revision((1, *SOUND), (2, "", [])))
    assert (written.revisions, written.struck) == (1, ())
    assert SOUND[0] in markdown(written.case)


def test_what_was_not_objected_to_cannot_be_changed_while_revising(drafted: Callable[..., Written]) -> None:
    other = ("C-20417 received USD 2,100.00 from OCBC-6425905 on 2025-04-14.", ["E8"])
    written = drafted(NOTHING_TO_ASK, memo(SOUND, WRONG["a verdict"]), revision((1, *other), (2, "", []), (9, *other)))
    told = markdown(written.case)
    assert SOUND[0] in told
    assert other[0] not in told


def test_a_text_may_argue_against_the_recommendation_without_deciding(drafted: Callable[..., Written]) -> None:
    fact = ("DBS-1180042 sent USD 930.00 in 3 transfers, which would speak for ordinary use.", ["E5"])
    written = drafted(NOTHING_TO_ASK, memo(fact, title="Conclusion"))
    assert fact[0] in markdown(written.case), written.struck


CUT = {
    "by its length": memo(SOUND, finish="length"),
    "by a filter": memo(SOUND, finish="content_filter"),
    "by 429": fails(429, "slow down"),
    "by 500": fails(500),
    "by a timeout": memo(SOUND, delay=3),
    "by a dropped stream": memo(SOUND, drop_after=2),
    "by a stream that ends early": memo(SOUND, quiet_end=True),
    "by no JSON at all": Reply(raw=b"<html>bad gateway</html>"),
}


@pytest.mark.parametrize("how", CUT)
@pytest.mark.parametrize("streaming", [False, True])
def test_a_run_that_is_cut_off_leaves_the_embedded_writers_draft(
    how: str, streaming: bool, drafted: Callable[..., Written], case: Case
) -> None:
    if not streaming and "stream" in how:
        pytest.skip("only a stream can end so")
    written = drafted(NOTHING_TO_ASK, CUT[how], streaming=streaming, timeout=1)
    assert written.kept_because
    assert written.case == case


def test_arguments_that_are_no_json_are_asked_for_again(drafted: Callable[..., Written]) -> None:
    broken = calls(("memo", '{"sections": [{"title": "What happ'))
    written = drafted(NOTHING_TO_ASK, broken, memo(SOUND))
    assert written.kept_because == ""
    assert SOUND[0] in markdown(written.case)
    again = drafted(NOTHING_TO_ASK, broken, broken)
    assert "could not be read" in again.kept_because


def test_an_overflow_is_tried_with_less_evidence_and_then_told(exchange: Any, case: Case) -> None:
    with served(NOTHING_TO_ASK, overflows(), memo(SOUND)) as (server, author):
        written = write(case, author, exchange.ledger)
    assert_sound(written, case)
    sent = [len(str(request["messages"])) for request in server.requests]
    assert sent[2] < sent[1] * 0.7
    assert "not shown" in written.remarks[0]
    assert "not shown" in str(server.requests[2]["messages"])
    with served(NOTHING_TO_ASK, overflows(), overflows(), memo(SOUND)) as (server, author):
        least = write(case, author, exchange.ledger)
    assert_sound(least, case)
    assert len(str(server.requests[3]["messages"])) < sent[2] * 0.7
    assert "anything of E" in least.remarks[0]
    with served(NOTHING_TO_ASK, overflows(), overflows(), overflows()) as (_, author):
        assert "too long for this model" in write(case, author, exchange.ledger).kept_because


def test_a_plan_with_a_tool_that_does_not_exist_is_mended_once_and_told(exchange: Any, case: Case) -> None:
    first = calls(("plan", {"questions": [
        {"tool": "sanctions_lookup", "looks_for": "what speaks for"},
        {"tool": "flows", "looks_for": "what is open", "options": {"colour": "red"}},
        {"tool": "flows", "looks_for": "guilt", "subjects": ["C-99999"], "since": None},
        {"tool": "flows", "options": {"name": "transfers"}},
        {"tool": "transfers", "looks_for": "the innocent explanation", "options": {"counterparty": "DBS-1180042"}},
    ]}))  # fmt: skip
    second = calls(("plan", {"questions": [{"tool": "flows", "subjects": ["DBS-1180042"]}]}))
    with served(first, second, memo(SOUND)) as (server, author):
        written = write(case, author, exchange.ledger)
    assert_sound(written, case)
    number = len(case.evidence)
    assert written.asked == (f"E{number + 1} transfers", f"E{number + 2} flows")
    told = "\n".join(written.declined)
    assert "unknown tool 'sanctions_lookup'" in told
    assert "has no option 'colour'" in told
    assert "has no option 'name'" in told
    assert "'C-99999' is outside this case" in told
    assert "sanctions_lookup" in str(server.requests[1]["messages"])
    assert grounding.replay_moved(written.case, exchange.ledger) == ()


def test_a_model_that_answers_in_plain_lines_is_read_as_well(drafted: Callable[..., Written]) -> None:
    lines = (
        "## What happened\nC-20417 received USD 2,100.00 from POSB-6240877 on 2025-04-14. [E8]\nIt is a mule. [E1]\n"
    )
    written = drafted(says('{"questions": []}'), says(lines), says("2: withdrawn"))
    assert SOUND[0] in markdown(written.case)
    assert (written.revisions, written.struck) == (1, ())
