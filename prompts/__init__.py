"""Every text that is rendered: one markdown file each, with Jinja's strict rules."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta

_FOLDER = Path(__file__).parent


def render(name: str, folder: Path = _FOLDER, **variables: Any) -> str:
    """The text of `NAME.md` with its variables filled in. Raises ValueError for a missing or an unused variable."""
    environment = Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    source = (folder / f"{name}.md").read_text(encoding="utf-8")
    wanted = meta.find_undeclared_variables(environment.parse(source))
    if wanted != set(variables):
        raise ValueError(f"{name}.md wants {sorted(wanted)}, given {sorted(variables)}")
    return environment.from_string(source).render(**variables)
