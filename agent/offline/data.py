"""The data files of this room, each read once: examples, plans, answers, words."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The mapping that the data file NAME holds, or its part `FILE` of the same name in `words.yaml`."""
    path = _FOLDER / f"{name}.yaml"
    if path.is_file() and name != "words":
        return _read(path)
    found: dict[str, Any] = _read(_FOLDER / "words.yaml")[name]
    return found


@cache
def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    return found
