"""The glossary: foreign words of a question in English ones, and nothing read into English."""

from pathlib import Path

import pytest

from casewright.knowledge import glossary
from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.glossary import hints
from casewright.knowledge.library import typologies
from casewright.tools.indicators import catalogue


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("地下钱庄帮人换汇", ["currency exchange", "underground banking"]),
        ("Fue un RESCATE por el secuestro de datos", ["ransomware extortion"]),
        ("extorsión con archivos cifrados", ["ransomware extortion"]),
        ("wang tebusan", ["ransomware extortion"]),
        ("judi di kasino", ["gambling casino betting"]),
        ("the judicial officer asked for the receipt", []),
        ("", []),
    ],
)
def test_foreign_words_are_told_in_english(question: str, told: list[str]) -> None:
    assert [hint for hint in hints(question).split("; ") if hint] == told


def test_english_descriptions_hold_no_foreign_word() -> None:
    english = [
        text
        for typology in typologies([], catalogue()).values()
        for text in (typology.name, typology.description, *(flag.see for flag in typology.red_flags))
    ]
    assert {text: hints(text) for text in english if hints(text)} == {}


def test_a_file_that_is_no_glossary_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "glossary.yaml").write_text("- mixer\n")
    monkeypatch.setattr(glossary, "FILE", tmp_path / "glossary.yaml")
    glossary._table.cache_clear()
    try:
        with pytest.raises(KnowledgeError, match="glossary"):
            hints("混币")
    finally:
        glossary._table.cache_clear()
