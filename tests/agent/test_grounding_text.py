"""Reading texts for the check: narrative.md after people edited it, the lexer, numbers in words, large texts."""

import time
from datetime import timedelta
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.agent.grounding import check, parse
from casewright.agent.grounding.numerals import spelled
from casewright.agent.grounding.tokens import plain, tokens
from casewright.knowledge.case import Case, Sentence

CASES = Path(__file__).with_name("cases")


def told(markdown: str) -> list[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    return [(s.title, [(x.text, x.evidence) for x in s.sentences]) for s in parse(markdown)]


def test_a_memo_is_read_as_sections_of_sentences_with_their_citations() -> None:
    memo = (
        "# Case memo X\n\n> draft: checked by 1 person\n\n"
        "## Introduction\nIt sent USD 1.00. [E1][E4] It left. [E2]\n\n## Next\nDone. [E3]\n"
    )
    assert told(memo) == [
        ("Introduction", [("It sent USD 1.00.", ("E1", "E4")), ("It left.", ("E2",))]),
        ("Next", [("Done.", ("E3",))]),
    ]


def test_hand_edits_do_not_confuse_the_reading() -> None:
    memo = (
        "## One\r\n\r\n- A bullet with 1 figure. [E1]\r\n* Another. [E1, E2]\r\n1. A numbered one. [e3]\r\n\r\n"
        "Two lines\r\nof one sentence. [E4]\r\nNo citation here. But here [E5], and it goes on. [E6]\r\n"
        "> quoted. [E7].\r\n"
    )
    assert told(memo) == [
        (
            "One",
            [
                ("A bullet with 1 figure.", ("E1",)),
                ("Another.", ("E1", "E2")),
                ("A numbered one.", ("E3",)),
                ("Two lines of one sentence.", ("E4",)),
                ("No citation here.", ()),
                ("But here , and it goes on.", ("E5", "E6")),
                ("quoted.", ("E7",)),
            ],
        )
    ]


def test_dots_inside_numbers_names_quotations_and_commands_end_no_sentence() -> None:
    text = (
        '## A\nIt paid Lim Trading Pte. Ltd. SGD 1.50, e.g. "Order no. 5. Thanks." to LI.FI: `casewright x. Y`. [E1]\n'
    )
    assert [sentence for sentence, _ in told(text)[0][1]] == [
        'It paid Lim Trading Pte. Ltd. SGD 1.50, e.g. "Order no. 5. Thanks." to LI.FI: `casewright x. Y`.'
    ]


def test_a_sentence_may_begin_with_an_id_in_lower_case() -> None:
    assert [s for s, _ in told("## A\nIt sent USD 1.00. [E1] 0xabc0 received it. c-9 too. [E2]\n")[0][1]] == [
        "It sent USD 1.00.",
        "0xabc0 received it.",
        "c-9 too.",
    ]


def test_text_without_a_heading_is_read_as_well() -> None:
    assert told("It sent USD 1.00. [E1]") == [("", [("It sent USD 1.00.", ("E1",))])]
    assert parse("") == ()


def test_numbers_in_words_are_numbers() -> None:
    cases = {"twelve": 12, "thirty-one": 31, "two hundred and five": 205, "three thousand": 3000, "one": 1, "zero": 0}
    for text, number in cases.items():
        words = text.split()
        assert spelled(words, 0) == (number, len(words)), text
    assert spelled(["and"], 0) is None
    assert spelled(["payers"], 0) is None


def test_tokens_know_amounts_moments_ids_and_short_forms() -> None:
    found = [
        (t.kind, t.text)
        for t in tokens("USD 1,234.50 on 2024-05-12 at 12:04:47 to 0xab…c1, C-10482's 90-day TQ4...x9 found... end")
    ]
    assert found == [
        ("word", "USD"), ("number", "1,234.50"), ("word", "on"), ("date", "2024-05-12"), ("word", "at"),
        ("time", "12:04:47"),
        ("word", "to"), ("short", "0xab…c1"), ("punct", ","), ("id", "C-10482"), ("number", "90"), ("word", "day"),
        ("short", "TQ4...x9"), ("word", "found"), ("word", "end"),
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_the_lexer_takes_any_text_and_keeps_places(text: str) -> None:
    cleaned = plain(text)
    place = 0
    for token in tokens(cleaned):
        assert token.start >= place
        assert cleaned[token.start : token.end].startswith(token.text[:1])
        place = token.start
    parse(text)


def test_a_large_text_and_a_long_line_are_checked_in_linear_time() -> None:
    case = Case.model_validate(yaml.safe_load((CASES / "onchain.yaml").read_text(encoding="utf-8")))

    def seconds(text: str) -> float:
        started = time.process_time()
        sentences = [sentence for section in parse(text) for sentence in section.sentences]
        check(sentences, case)
        return time.process_time() - started

    line = "It sent USD 335.65 to 0xc40f…6a85 on 2024-05-12, and 19 transfers of all the rest, "
    seconds(line)
    short, long = seconds(line * 25), seconds(line * 250)  # 2,000 and 20,000 characters in one sentence
    assert long < 40 * max(short, 0.005)
    many = "It sent USD 335.65 to 0xc40f5e2a98b7d61342cc07e8fa59d3b110e46a85. [E3]\n"
    assert seconds(f"## A\n{many * 2000}") < timedelta(seconds=60).total_seconds()


def test_a_sentence_too_long_to_check_is_told() -> None:
    case = Case.model_validate(yaml.safe_load((CASES / "onchain.yaml").read_text(encoding="utf-8")))
    report = check([Sentence(text="a" * 30_000, evidence=("E1",))], case)
    assert "at most 20,000 are checked" in report.unsupported[0].why


def test_patterns_that_could_run_away_do_not() -> None:
    started = time.process_time()
    for text in (
        "1," * 5000,
        "a-" * 5000,
        "0x" * 5000,
        '"' * 5000,
        "`" * 5001,
        "[E1" * 3000,
        "…" * 5000,
        "1.1." * 2500,
        "(" * 9000,
        " and " * 2500,
    ):
        parse(text)
        tokens(text)
    assert time.process_time() - started < 20
