"""Errors say what, where and what to do, and carry the exit code of the contract."""

import pytest

from casewright.knowledge.errors import (
    CasewrightError,
    DataError,
    KnowledgeError,
    NotFound,
    PolicyError,
    SettingsError,
    UsageError,
    join_errors,
)


def test_an_error_reads_where_what_and_what_to_do() -> None:
    error = KnowledgeError("unknown indicator 'payers_30'", "rules/fan-in.yaml", 12, hint="did you mean 'payers_30d'?")
    assert str(error) == "rules/fan-in.yaml:12: unknown indicator 'payers_30'; did you mean 'payers_30d'?"
    assert str(DataError("the file is empty")) == "the file is empty"
    assert str(DataError("bad date", "a.csv", 0)) == "a.csv:0: bad date"


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(DataError, 1), (KnowledgeError, 1), (NotFound, 1), (UsageError, 2), (SettingsError, 4), (PolicyError, 7)],
)
def test_every_kind_has_its_exit_code_and_word(kind: type[CasewrightError], exit_code: int) -> None:
    error = kind("no")
    assert isinstance(error, CasewrightError)
    assert error.exit_code == exit_code
    assert error.code.isidentifier()


def test_several_errors_are_told_at_once() -> None:
    one = UsageError("no such thing", "a")
    assert join_errors([one]) is one
    both = join_errors([one, DataError("bad", "b", hint="mend it")])
    assert isinstance(both, UsageError)
    assert str(both) == "a: no such thing\nb: bad; mend it"
