"""Every text that is rendered: one markdown file each, with Jinja's strict rules."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, meta

_FOLDER = Path(__file__).parent


def render(name: str, folder: Path = _FOLDER, **variables: Any) -> str:
    """The text of `NAME.md` with its variables filled in. Raises ValueError for a missing or an unused variable."""
    source = (folder / f"{name}.md").read_text(encoding="utf-8")
    template, wanted = _compiled(source, folder)
    if wanted != set(variables):
        raise ValueError(f"{name}.md wants {sorted(wanted)}, given {sorted(variables)}")
    return template.render(**variables)


@lru_cache(maxsize=100)
def _compiled(source: str, folder: Path) -> tuple[Template, set[str]]:
    """A template, and the variables that it wants; a batch renders the same one some thousand times."""
    environment = Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    return environment.from_string(source), meta.find_undeclared_variables(environment.parse(source))
