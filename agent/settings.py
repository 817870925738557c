"""The workspace and its settings, built once by the command line and passed on; nothing else reads them."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casewright.knowledge.errors import SettingsError, UsageError
from casewright.tools import engines

FILE = "casewright.toml"
POLICY = {"network": False}  # what a workspace allows unless it says otherwise

_NEW = """\
# Settings of this Casewright workspace. Every line may be left out; what stands here are the defaults.
timezone = "{timezone}"    # texts give this zone's time first, UTC in brackets where it differs
currency = "{currency}"         # local currency; rates of other currencies than USD come from `rates`
rates = "{rates}"      # date,currency,usd_per_unit,source
model = "offline"        # the embedded writer; nothing leaves this machine

[policy]
network = false          # true lets the configured model or embedder be called over the network
"""


@dataclass(frozen=True)
class Settings:
    """What a workspace has decided. Every field is a key of `casewright.toml`."""

    timezone: str = "UTC"
    currency: str = "USD"
    rates: str = "rates.csv"
    model: str = "offline"
    embedder: str = "embedded"
    engine: str = engines.EMBEDDED  # where questions are asked
    engine_url: str = ""
    engine_tables: Mapping[str, Any] = field(default_factory=dict)  # tables that the house has there already
    policy: Mapping[str, bool] = field(default_factory=lambda: POLICY)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The settings of a `casewright.toml`, the defaults where there is none. Raises SettingsError."""
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"not readable as TOML: {error}", path) from error
        _check(found, [f.name for f in fields(cls)], "setting", path)
        policy = found.pop("policy", {})
        if not isinstance(policy, dict):
            raise SettingsError(f"policy is {policy!r}, expected a section [policy]", path)
        _check(policy, POLICY, "policy", path)
        tables = found.pop("engine_tables", {})
        if not isinstance(tables, dict):
            raise SettingsError(f"engine_tables is {tables!r}, expected sections [engine_tables.NAME]", path)
        for key, value in found.items():
            if not isinstance(value, str):
                raise SettingsError(f"{key} is {value!r}, expected a text in quotes", path)
        for key, value in policy.items():
            if not isinstance(value, bool):  # "false" in quotes would be true
                raise SettingsError(f"{key} is {value!r}, expected true or false without quotes", path)
        return cls(**found, engine_tables=tables, policy=POLICY | policy).checked(path)

    def checked(self, path: Path) -> Self:
        """These settings, where their values can be meant. Raises SettingsError."""
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError(f"unknown timezone {self.timezone!r}", path, hint="e.g. Asia/Singapore") from error
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise SettingsError(f"currency is {self.currency!r}, expected three capitals such as SGD", path)
        if self.engine not in engines.NAMES:
            raise SettingsError(f"unknown engine {self.engine!r}", path, hint=_nearest(self.engine, engines.NAMES))
        return self


def _check(found: Iterable[str], known: Iterable[str], what: str, path: Path) -> None:
    for key in found:
        if key not in known:
            raise SettingsError(f"unknown {what} {key!r}", path, hint=_nearest(key, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"


@dataclass(frozen=True)
class Workspace:
    """A folder: the experts' own files, and under `.casewright/` the machine's."""

    folder: Path
    settings: Settings

    @classmethod
    def at(cls, folder: Path, *, engine: str = "", engine_url: str = "") -> Self:
        """The workspace in FOLDER, with default settings where it has none; ENGINE and ENGINE_URL go before them.

        The settings' URL is that of their own engine. Raises SettingsError, UsageError for an unknown engine.
        """
        if not folder.is_dir():
            raise SettingsError("this workspace does not exist", folder, hint=f"casewright init {folder}")
        settings = Settings.read(folder / FILE)
        if engine and engine not in engines.NAMES:
            raise UsageError(f"unknown engine {engine!r}", hint=_nearest(engine, engines.NAMES))
        if engine and settings.engine not in (engine, engines.EMBEDDED):
            settings = replace(settings, engine_url="", engine_tables={})
        chosen = {"engine": engine or settings.engine, "engine_url": engine_url or settings.engine_url}
        return cls(folder, replace(settings, **chosen))  # type: ignore[arg-type]

    @classmethod
    def init(cls, folder: Path, *, timezone: str = "UTC", currency: str = "USD", rates: str = "rates.csv") -> Self:
        """Make a workspace; what is there stays. Raises SettingsError for a bad setting or a file in the way."""
        Settings(timezone=timezone, currency=currency).checked(folder / FILE)
        try:
            for name in ("typologies", "rules", "prompts", ".casewright"):
                (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"cannot make a workspace here: {error.strerror}", folder) from error
        settings = folder / FILE
        if not settings.exists():
            settings.write_text(_NEW.format(timezone=timezone, currency=currency, rates=rates), encoding="utf-8")
            (folder / ".casewright" / ".gitignore").write_text("*\n", encoding="utf-8")
        return cls.at(folder)

    @property
    def machine(self) -> Path:
        """The machine's own folder, `.casewright/`."""
        return self.folder / ".casewright"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.machine / "ledger.duckdb"

    @property
    def cases(self) -> str:
        """The case store's SQLAlchemy URL."""
        return f"sqlite:///{(self.machine / 'cases.db').absolute()}"

    @property
    def index(self) -> Path:
        """The folder of the typologies' index."""
        return self.machine / "index"

    @property
    def out(self) -> Path:
        """Where case files are written unless told otherwise."""
        return self.machine / "out"

    @property
    def engine(self) -> Path:
        """The folder of what the settings' engine keeps on this machine."""
        return self.machine / "engines" / self.settings.engine

    @property
    def rates(self) -> Path:
        """The table of currency rates."""
        return self.folder / self.settings.rates

    def describe(self) -> dict[str, Any]:
        """The settings with the folder, for people and machines."""
        told = {f.name: getattr(self.settings, f.name) for f in fields(Settings) if f.name != "engine_url"}
        return {"folder": str(self.folder), **told}  # an engine's URL may hold a password
