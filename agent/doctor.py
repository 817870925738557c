"""What a workspace needs to be of use: a check a part, each with what was found and what to do about it."""

import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from importlib import metadata
from pathlib import Path

from casewright.agent.models.choice import TASKS
from casewright.agent.settings import Workspace
from casewright.knowledge.clock import date_text
from casewright.knowledge.errors import CasewrightError
from casewright.knowledge.records import Record

# Each part imports what it looks at, so that a package that is missing or broken is a finding and not the end.

PYTHON = (3, 11)
_INSTALL = "make setup, or install casewright again"
_LEAST_FREE_GB = 0.5  # below it an import of a day's transfers may not fit (ours)
# They lead a model's traffic elsewhere: of no effect while the workspace's policy forbids the network.
_ROUTES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Check(Record):
    """One part: whether it is fit, what was found, and what to do: the mend, or the next step where all is well."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def examine(
    folder: Path,
    environment: Mapping[str, str],
    switched_off: Sequence[str] = (),
    *,
    engine: str = "",
    engine_url: str = "",
) -> list[Check]:
    """Look at everything; nothing is made or mended. SWITCHED_OFF names variables that were on when we were started.

    ENGINE and ENGINE_URL go before those of the settings.
    """
    checks = [_python(), _packages(), _disk(folder)]
    try:
        workspace = Workspace.at(folder, engine=engine, engine_url=engine_url)
    except CasewrightError as error:
        return [*checks, _told("workspace", error)]
    checks.append(Check(name="workspace", ok=True, found=_settings(workspace)))
    parts: dict[str, Callable[[Workspace], Check]] = {
        "ledger": _ledger,
        "engine": _engine,
        "case store": _cases,
        "model": _model,
        "embedder": _embedder,
        "index": _index,
        "typologies": _typologies,
    }
    for name, look in parts.items():
        try:
            checks.append(look(workspace))
        except CasewrightError as error:
            checks.append(_told(name, error))
        except ImportError as error:
            checks.append(Check(name=name, ok=False, found=f"cannot be loaded: {error}", mend=_INSTALL))
    return [*checks, _egress(workspace, environment, switched_off)]


def _told(name: str, error: CasewrightError) -> Check:
    found = f"{error.where}: {error.message}" if error.where else error.message
    return Check(name=name, ok=False, found=found, mend=error.hint or "mend what is told here")


def _python() -> Check:
    found, wanted = platform.python_version(), ".".join(map(str, PYTHON))
    ok = sys.version_info >= PYTHON
    return Check(name="python", ok=ok, found=found, mend="" if ok else f"install Python {wanted} or newer")


def _packages() -> Check:
    needed: set[str] = set()
    extras: set[str] = set()
    for requirement in metadata.requires("casewright") or ():
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        (extras if "extra ==" in requirement else needed).add(name)
    missing = sorted(name for name in needed if _version(name) is None)
    there = sorted(name for name in extras - needed if _version(name) is not None)
    versions = ", ".join(f"{name} {_version(name)}" for name in ("duckdb", "chromadb", "onnxruntime"))
    found = f"all {len(needed)} installed ({versions}); optional ones: {', '.join(there) or 'none'}"
    if missing:
        found = f"missing: {', '.join(missing)}"
    return Check(name="packages", ok=not missing, found=found, mend=_INSTALL if missing else "")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _disk(folder: Path) -> Check:
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free / 1e9
    ok = free >= _LEAST_FREE_GB
    return Check(name="disk", ok=ok, found=f"{free:.1f} GB free", mend="" if ok else "free some space")


def _settings(workspace: Workspace) -> str:
    settings = workspace.settings
    return f"{workspace.folder}: {settings.timezone}, {settings.currency}"


def _ledger(workspace: Workspace) -> Check:
    if not workspace.ledger.exists():
        following = f"casewright -w {workspace.folder} import transfers FILE --format NAME"
        return Check(name="ledger", ok=True, found="none yet", mend=following)
    from casewright.tools.warehouse import Ledger

    with Ledger.open(workspace.ledger) as ledger:
        count = ledger.value("select count(*) from transfers")
        first, last = ledger.rows("select min(epoch), max(epoch) from transfers")[0]
        rejected = ledger.value("select count(*) from rejects")
        zone, currency = ledger.timezone, ledger.currency
    settings = workspace.settings
    if (zone, currency) != (settings.timezone, settings.currency):
        found = f"made for {zone}, {currency}; the settings say {settings.timezone}, {settings.currency}"
        return Check(name="ledger", ok=False, found=found, mend="set them back, or import again into a new workspace")
    period = f", {date_text(first, zone)} to {date_text(last, zone)}" if count else ""
    return Check(name="ledger", ok=True, found=f"{count:,} transfers{period}; {rejected:,} rows rejected")


def _engine(workspace: Workspace) -> Check:
    from casewright.agent import ledgers
    from casewright.tools import engines

    settings = workspace.settings
    if ledgers.embedded(workspace):
        return Check(name="engine", ok=True, found=f"{settings.engine}, the embedded one")
    with closing(engines.connect(settings.engine, settings.engine_url, workspace.engine)) as engine:
        place = engine.place
    with ledgers.open_ledger(workspace) as ledger:
        count = ledger.value("select count(*) from transfers")
    return Check(name="engine", ok=True, found=f"{settings.engine}, {place}: {count:,} transfers")


def _cases(workspace: Workspace) -> Check:
    from casewright.tools.store import Store

    if not Store.exists(workspace.cases):
        return Check(name="case store", ok=True, found="none yet; the first investigation makes it")
    with Store.open(workspace.cases) as store:
        count, revision, place = len(store.cases()), store.revision(), store.place
    return Check(name="case store", ok=True, found=f"{count:,} cases; tables at revision {revision}; {place}")


def _model(workspace: Workspace) -> Check:
    from casewright.agent.models.make import choice_for, fallback_of, key_of

    choices = [choice for task in TASKS if (choice := choice_for(workspace, task))]
    fallback = fallback_of(workspace)
    told = []
    for choice in dict.fromkeys([*choices, *([fallback] if fallback else [])]):
        key = "no provider is needed" if choice.offline else f"key: {key_of(workspace, choice).source}"
        told.append(f"{'the embedded model' if choice.offline else choice.told}; {key}")
    following = "" if all(choice.offline for choice in choices) else "casewright models asks whether it answers"
    return Check(name="model", ok=True, found="; ".join(told), mend=following)


def _embedder(workspace: Workspace) -> Check:
    from casewright.knowledge.embedder import embedder_of

    settings = workspace.settings
    embedder = embedder_of(settings.embedder, network=settings.policy["network"])
    return Check(name="embedder", ok=True, found=embedder.name)


def _index(workspace: Workspace) -> Check:
    settings = workspace.settings
    if settings.index == "embedded":
        built = any(workspace.index.glob("*"))
        return Check(name="index", ok=True, found="embedded" if built else "none yet; the first search makes it")
    from casewright.knowledge.vectors import place_of, version

    place = place_of(settings.index, workspace.index, network=settings.policy["network"])
    return Check(name="index", ok=True, found=f"{place}, Chroma {version(place)}")


def _typologies(workspace: Workspace) -> Check:
    from casewright.knowledge import library
    from casewright.tools.indicators import catalogue

    known = library.load([workspace.folder / "typologies"], catalogue())
    if known.broken:
        found = "; ".join(str(error).replace("\n", "; ") for error in known.broken)
        return Check(name="typologies", ok=False, found=found, mend="casewright typology check")
    own = sum(path.is_relative_to(workspace.folder) for path in known.paths.values())
    return Check(name="typologies", ok=True, found=f"{len(known.typologies)}, of them {own} your own")


def _egress(workspace: Workspace, environment: Mapping[str, str], switched_off: Sequence[str]) -> Check:
    allowed = workspace.settings.policy["network"]
    found = "the policy allows the configured model to be called" if allowed else "nothing leaves this machine"
    if workspace.settings.store.startswith("postgresql:"):
        found += "; cases are kept on a server"
    if switched_off:
        found += f"; switched off here: {', '.join(switched_off)} (unset for other programs)"
    rerouted = [name for name in _variants(_ROUTES) if environment.get(name)]
    if allowed and rerouted:
        mend = f"unset {' '.join(rerouted)}, unless prompts are meant to go that way"
        return Check(name="egress", ok=False, found=f"{found}, by way of {', '.join(rerouted)}", mend=mend)
    return Check(name="egress", ok=True, found=found)


def _variants(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield name.lower()
