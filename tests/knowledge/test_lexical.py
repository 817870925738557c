"""Words and letters: what counts as a piece of a text, and which text holds another's."""

from casewright.knowledge.lexical import Lexicon, letters, words


def test_forms_of_a_word_and_of_its_letters_are_one() -> None:
    assert words("Deposit, deposits DEPOSITED; 混币器 fee_1") == ["depos", "depos", "depos", "fee", "1"]
    assert letters("ＡＢ１") == letters("ab1") == [" ab", "ab1", "b1 ", " ab1", "ab1 "]


def test_what_is_written_without_blanks_is_cut_into_one_to_three_signs() -> None:
    assert letters("混币器") == ["混", "币", "器", "混币", "币器", "混币器"]


def test_a_rare_piece_counts_more_and_what_shares_nothing_scores_0() -> None:
    found = Lexicon(["mixer coins", "stolen coins", "paper"], words)
    scores = found.scores("stolen coins")
    assert scores[1] > scores[0] > scores[2] == 0
    assert list(found.scores("mixers")) == [found.scores("mixer")[0], 0, 0]
    assert list(found.scores("")) == [0, 0, 0]


def test_a_lexicon_of_nothing_has_no_scores() -> None:
    assert list(Lexicon([], words).scores("mixer")) == []
    assert list(Lexicon([""], letters).scores("mixer")) == [0]
