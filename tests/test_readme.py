"""The README shows what the program prints: every command of its tour is run beside a fresh demo."""

from pathlib import Path

import pytest
import readme

from casewright.agent.demo import Step

pytestmark = pytest.mark.xdist_group("demo")
ITEMS = readme.shown(readme.README.read_text(encoding="utf-8"))


def test_the_tour_prints_what_is_shown(demo_exchange: tuple[Path, list[Step]]) -> None:
    folder = demo_exchange[0].parent
    printed = {item.command: readme.run(item.command, folder) for item in ITEMS}  # in order: one builds on another
    wrong = [item.command for item in ITEMS if not readme.fits(item.lines, printed[item.command])]
    assert not wrong, "\n".join(line for command in wrong for line in (f"$ {command}", *printed[command]))


def test_the_tour_is_more_than_a_few_commands() -> None:
    assert len(ITEMS) >= 6


def test_the_two_commands_that_do_everything_are_targets() -> None:
    text = readme.README.read_text(encoding="utf-8")
    targets = (readme.README.parent / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test"):
        assert f"make {command}" in text
        assert f"\n{command}: setup" in targets
