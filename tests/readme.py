"""The README's console blocks: `$ command` and what it prints. A line `...` stands for lines left out.

`python tests/readme.py FOLDER` runs them beside the demo in FOLDER and writes what they print now into the README.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command of the README and the lines shown below it."""

    command: str
    lines: tuple[str, ...]


def shown(text: str) -> list[Shown]:
    """Every command of every console block, in order."""
    found = []
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            found.append(Shown(command, tuple(lines)))
    return found


def run(command: str, folder: Path) -> list[str]:
    """What the command prints on stdout and stderr in FOLDER, its lines without trailing blanks."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=os.environ | {"PATH": path}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return [line.rstrip() for line in done.stdout.rstrip("\n").splitlines()]


def fits(lines: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the printed lines are those shown, `...` standing for any number of them."""
    parts = [r"(?:.*\n)*" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n" for line in lines]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in printed)) is not None


def _rewritten(text: str, folder: Path) -> str:
    for item in shown(text):
        printed = run(item.command, folder)
        if not fits(item.lines, printed):
            kept = len(item.lines) - 1 if "..." in item.lines else len(printed)
            fresh = printed if kept >= len(printed) else [*printed[:kept], "..."]
            old, new = ("\n".join([f"$ {item.command}", *lines]) + "\n" for lines in (item.lines, fresh))
            text = text.replace(old, new, 1)
    return text


if __name__ == "__main__":
    README.write_text(_rewritten(README.read_text(encoding="utf-8"), Path(sys.argv[1])), encoding="utf-8")
