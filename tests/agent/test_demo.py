"""The demo: every draft verifies clean, and a second memo is not the first with other names in it."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from casewright.agent.demo import Step, demo
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError

pytestmark = pytest.mark.xdist_group("demo")
Exchange = tuple[Path, list[Step]]


def _cases(folder: Path) -> list[Case]:
    found = sorted((folder / ".casewright" / "out").glob("*/case.json"))
    return [Case.model_validate_json(path.read_text(encoding="utf-8")) for path in found]


def _shape(text: str) -> str:
    """A sentence without its figures and ids: what would be left if only names were replaced."""
    return re.sub(r"\S*\d\S*", "#", text)


def test_every_draft_is_verified_and_nothing_was_struck(demo_exchange: Exchange) -> None:
    folder, steps = demo_exchange
    checks = [step.output for step in steps if " verify " in step.command]
    assert len(checks) == len(_cases(folder)) >= 2
    assert all("all supported" in output for output in checks)
    assert not any("struck" in step.output for step in steps)


def test_each_rule_led_to_a_case_whose_memo_reads_otherwise(demo_exchange: Exchange) -> None:
    shapes = [{_shape(sentence.text) for sentence in case.narrative.sentences} for case in _cases(demo_exchange[0])]
    for one, other in combinations(shapes, 2):
        assert len(one & other) < 0.6 * min(len(one), len(other))


def test_every_memo_has_its_sections_and_a_length_to_read(demo_exchange: Exchange) -> None:
    for case in _cases(demo_exchange[0]):
        titles = [section.title for section in case.narrative.sections]
        assert titles[:2] == ["Introduction", "What happened"]
        assert titles[-1] == "Conclusion"
        assert "What speaks against" in titles
        words = sum(len(sentence.text.split()) for sentence in case.narrative.sentences)
        assert 150 <= words <= 1500


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "papers.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="in use"):
        demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["papers.txt"]
