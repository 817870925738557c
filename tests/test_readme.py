"""The README shows what the program prints: every command of its tour is run beside a fresh demo."""

from pathlib import Path

import pytest
import readme

from casewright.agent.demo import Step

pytestmark = pytest.mark.xdist_group("demo")
ITEMS = readme.shown(readme.README.read_text(encoding="utf-8"))


@pytest.mark.parametrize("item", ITEMS, ids=[item.command[:60] for item in ITEMS])
def test_the_tour_prints_what_is_shown(item: readme.Shown, demo_exchange: tuple[Path, list[Step]]) -> None:
    printed = readme.run(item.command, demo_exchange[0].parent)
    assert readme.fits(item.lines, printed), "\n".join(printed)


def test_the_tour_is_more_than_a_few_commands() -> None:
    assert len(ITEMS) >= 6


def test_the_two_commands_that_do_everything_are_targets() -> None:
    text = readme.README.read_text(encoding="utf-8")
    targets = (readme.README.parent / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test"):
        assert f"make {command}" in text
        assert f"\n{command}: setup" in targets
