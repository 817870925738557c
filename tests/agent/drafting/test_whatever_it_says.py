"""A model that answers at random: nothing unsupported stands in the memo, and nothing that it must hold is lost."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from casewright.agent import grounding
from casewright.agent.drafting.mandatory import completed
from casewright.agent.drafting.model import ChatAuthor
from casewright.agent.drafting.objections import Examiner
from casewright.agent.drafting.write import write
from casewright.agent.memo.page import markdown
from casewright.knowledge.case import Case, Section, Sentence

SUBJECTS = ("C-20417", "It", "The account", "POSB-6240877", "DBS-1180042", "The customer", "Lim Wei Han", "The payer")
VERBS = ("received", "sent", "held", "withdrew", "is", "was paid", "asked for", "laundered", "returned", "lost")
OBJECTS = ("USD 2,100.00", "USD 9,330.00", "8,300 USDT", "4 transfers", "USD 990.00", "a mule", "a mixer", "SGD 12.00",
           "all of it", "none of it", "5 payers", "98.8%", "3 hours", "money of a scam", "7 credits")  # fmt: skip
TAILS = ("", "from POSB-6240877", "to TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF", "on 2025-04-14", "in 2 transfers",
         "before 2024", "because of its salary", "directly", "from Iran", "for the first time", "and close the case",
         "to its own account", "as a victim", "according to the bank")  # fmt: skip


def sentence(dice: random.Random) -> str:
    words = " ".join(
        filter(None, (dice.choice(SUBJECTS), dice.choice(VERBS), dice.choice(OBJECTS), dice.choice(TAILS)))
    )
    cited = "".join(f"[E{dice.randint(1, 25)}]" for _ in range(dice.randint(0, 3)))
    return f"{words}. {cited}".strip()


def nonsense(dice: random.Random) -> str:
    headed = '{"sections": [{"title": "Guilty of 3", "sentences": [{"text": "It is a mule. [E1]"}]}]}'
    junk = ("", "{", '{"sections": 3}', "```json\n{}\n```", "[E1]", "# ", "\x00\x1b[2J", "1: \n2: withdrawn", headed)
    return dice.choice(junk)


@pytest.mark.parametrize("seed", range(12))
def test_random_sentences_never_get_an_unsupported_one_through(
    seed: int, exchange: Any, scripted: Callable[..., Any]
) -> None:
    dice, case = random.Random(seed), exchange.case()
    memo = "\n".join(sentence(dice) for _ in range(60))
    again = [
        nonsense(dice) if seed % 3 == 2 else "\n".join(f"{n}: {sentence(dice)}" for n in range(1, 61)) for _ in "12"
    ]
    first = nonsense(dice) if seed % 4 == 3 else f"## Why it is unusual\n{memo}"
    model = scripted('{"questions": []}', first, *again, *again)
    written = write(case, ChatAuthor("random", model, model), exchange.ledger)
    made = written.case
    assert grounding.check(made.narrative.sentences, made, [s.title for s in made.narrative.sections]).clean
    examiner = Examiner(made.model_copy(update={"narrative": case.narrative}))
    assert examiner.object(made.narrative.sections) == []
    assert made.narrative.sentences[-1] == case.narrative.sentences[-1]
    assert made.recommendation == case.recommendation
    told = markdown(made)
    for struck in written.struck:
        assert f"\n{struck.sentence}" not in told
    for section in case.narrative.sections:
        if section.title in ("What speaks against", "What was checked"):
            assert all(s.text in told for s in section.sentences)


def test_a_contrary_fact_that_was_dropped_is_put_back_where_it_belongs(case: Case) -> None:
    own = case.narrative.sections
    contrary = next(section for section in own if section.title == "What speaks against").sentences
    worded = (
        Section(title="What happened", sentences=(contrary[0],)),
        Section(title="What speaks against", sentences=(contrary[1],)),
    )
    made, restored = completed(worded, own, case)
    told = {section.title: section.sentences for section in made}
    assert set(told["What speaks against"]) == set(contrary)
    assert [section.title for section in made] == [section.title for section in own]
    assert restored > 1


def test_a_figure_told_in_other_words_is_not_told_twice(case: Case) -> None:
    worded = Sentence(text="At the end of the period USD 990.00 of the credits, USD 9,330.00, had not gone out.",
                      evidence=("E10",))  # fmt: skip
    made, _ = completed((Section(title="What speaks against", sentences=(worded,)),), case.narrative.sections, case)
    told = next(section.sentences for section in made if section.title == "What speaks against")
    assert sum("990.00" in sentence.text for sentence in told) == 1


def test_a_denial_does_not_stand_in_for_what_it_denies(case: Case) -> None:
    checked = next(section for section in case.narrative.sections if section.title == "What was checked").sentences[0]
    turned = Sentence(text=checked.text.replace("No exposure", "Exposure"), evidence=checked.evidence)
    made, _ = completed((Section(title="What was checked", sentences=(turned,)),), case.narrative.sections, case)
    assert checked in next(section.sentences for section in made if section.title == "What was checked")
