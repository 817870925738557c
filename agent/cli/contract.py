"""What every command keeps: `--json`, exit codes, errors in one line, progress on stderr."""

import functools
import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from casewright.agent.cli.main import STOPPED
from casewright.knowledge.errors import CasewrightError

if TYPE_CHECKING:
    from casewright.agent.settings import Workspace

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Answer:
    """What a command found: a payload for machines, a text for people, and the exit code of the contract."""

    payload: dict[str, Any]
    text: str = ""
    exit_code: int = 0


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Make a function that returns an Answer a command of APP, with `--json` added to its options."""

    def register(function: Callable[..., Answer]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(*args: Any, as_json: bool = False, **kwargs: Any) -> None:
            try:
                answer = function(*args, **kwargs)
                _say(answer, as_json=as_json)
            except CasewrightError as error:
                complain(error, as_json=as_json)
                raise typer.Exit(error.exit_code) from error
            except KeyboardInterrupt:
                complain(CasewrightError("stopped; what was finished before is kept"), as_json=as_json)
                raise typer.Exit(STOPPED) from None
            except BrokenPipeError:  # `casewright ... | head`: the reader has had enough
                sys.stderr.close()
                raise typer.Exit(0) from None
            except OSError as error:  # a full disk, a file that may not be read: one line, not a traceback
                failure = CasewrightError(error.strerror or str(error), error.filename or "")
                complain(failure, as_json=as_json)
                raise typer.Exit(failure.exit_code) from error
            except Exception as error:  # a defect of ours: machines still get their object, people one line
                if "CASEWRIGHT_TRACEBACK" in os.environ:
                    raise
                told = " ".join(str(error).split())[:300] or "no message"
                failure = CasewrightError(
                    f"{type(error).__name__}: {told}", hint="a defect; CASEWRIGHT_TRACEBACK=1 shows where"
                )
                failure.code = "internal"
                complain(failure, as_json=as_json)
                raise typer.Exit(failure.exit_code) from error
            raise typer.Exit(answer.exit_code)

        option = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
        as_json = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option)
        signature = inspect.signature(function, eval_str=True)
        signature = signature.replace(parameters=[*signature.parameters.values(), as_json], return_annotation=None)
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {key: p.annotation for key, p in signature.parameters.items()}
        del run.__wrapped__
        app.command(name)(run)
        return run

    return register


@dataclass(frozen=True)
class Chosen:
    """What the global options say: the workspace's folder, and the engine where it is not that of the settings."""

    folder: Path
    engine: str = ""
    engine_url: str = ""


def chosen_by(context: typer.Context) -> Chosen:
    """The global options of this command line."""
    found: Chosen = context.find_root().obj
    return found


ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="NAME",
        help="The chat model: offline, openai:NAME or NAME@URL; else $CASEWRIGHT_MODEL, else as the settings say.",
    ),
]


def workspace_of(context: typer.Context, model: str = "") -> "Workspace":
    """The workspace and the engine that the global options name, and the chat model. Raises SettingsError, UsageError.

    A command that calls a model takes a ModelOption and hands it on as MODEL.
    """
    from casewright.agent.settings import Workspace

    chosen = chosen_by(context)
    return Workspace.at(
        chosen.folder,
        engine=chosen.engine,
        engine_url=chosen.engine_url,
        model=model or os.environ.get("CASEWRIGHT_MODEL", ""),
        model_url=os.environ.get("CASEWRIGHT_MODEL_URL", ""),
        store=os.environ.get("CASEWRIGHT_STORE", ""),
        environment=os.environ,
    )


def warn(line: str) -> None:
    """Tell a person something beside the answer."""
    print(f"casewright: {line}", file=sys.stderr)


class Bar(Protocol):
    """Shows how far something is."""

    def __call__(self, share: float, told: str = "") -> None:
        """The done share, 0..1, and in words what a person may want to know beside it."""


@contextmanager
def progress(what: str, *, lines_every: float | None = None) -> Iterator[Bar]:
    """A bar on stderr while something runs, with the time that is left; call it with the done share.

    Where stderr is no terminal nothing is shown, but for a line each LINES_EVERY seconds where that is told.
    """
    if not sys.stderr.isatty():
        last = time.monotonic()

        def line(share: float, told: str = "") -> None:
            nonlocal last
            if lines_every is not None and time.monotonic() - last >= lines_every:
                last = time.monotonic()
                warn(f"{what}: {share:.0%}, {told}" if told else f"{what}: {share:.0%}")

        yield line
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share, told="": bar.update(task, completed=share, description=f"{what} {told}".strip())


def table(rows: list[dict[str, Any]], columns: list[str] | None = None) -> str:
    """Rows as a plain aligned table, numbers to the right; nothing in a cell can speak to the terminal."""
    if not rows:
        return "(none)"
    names = columns or list(rows[0])
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    right = [all(_numeric(line[i]) for line in cells) for i in range(len(names))]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [names, *cells]
    )


def printable(text: str) -> str:
    """The text without control, bidi and zero-width characters, which could drive a terminal or hide words."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _cell(value: Any) -> str:
    return "" if value is None else printable(str(value)).replace("\n", "\N{REPLACEMENT CHARACTER}")


def _numeric(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "", 1).lstrip("-").isdigit() or not cell


def _print_object(payload: dict[str, Any]) -> None:
    text = json.dumps({"schema_version": SCHEMA_VERSION, **payload}, ensure_ascii=False)
    print(text.encode("utf-8", "replace").decode("utf-8"))  # a file's name may hold what is no text


def _say(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        _print_object(answer.payload)
    elif answer.text:
        print(answer.text.rstrip("\n"))
    sys.stdout.flush()


def complain(error: CasewrightError, *, as_json: bool) -> None:
    """Tell what went wrong: one object on stdout where machines asked, and a line for people on stderr."""
    if as_json:
        told = {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
        _print_object({"error": told})
    print(f"casewright: {printable(str(error))}", file=sys.stderr)
