"""The workspace and its settings, built once by the command line and passed on; nothing else reads them."""

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casewright.knowledge.errors import SettingsError

FILE = "casewright.toml"

_NEW = """\
# Settings of this Casewright workspace. Every line may be left out; what stands here are the defaults.
timezone = "{timezone}"    # texts give this zone's time first, UTC in brackets where it differs
currency = "{currency}"         # local currency; rates of other currencies than USD come from `rates`
rates = "rates.csv"      # date,currency,usd_per_unit,source
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
    policy: dict[str, bool] = field(default_factory=lambda: {"network": False})

    @classmethod
    def read(cls, path: Path) -> Self:
        """The settings of a `casewright.toml`, the defaults where there is none. Raises SettingsError."""
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"not readable as TOML: {error}", path) from error
        known = {f.name: f.type for f in fields(cls)}
        for key, value in found.items():
            if key not in known:
                close = difflib.get_close_matches(key, known, 1)
                raise SettingsError(
                    f"unknown setting {key!r}", path, hint=f"did you mean {close[0]!r}?" if close else ""
                )
            wanted: type = dict if key == "policy" else str
            if not isinstance(value, wanted):
                raise SettingsError(f"{key} is {value!r}, expected {wanted.__name__}", path)
        settings = cls(**found)
        try:
            ZoneInfo(settings.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise SettingsError(f"unknown timezone {settings.timezone!r}", path, hint="e.g. Asia/Singapore") from error
        if len(settings.currency) != 3 or not settings.currency.isupper():
            raise SettingsError(f"currency is {settings.currency!r}, expected three capitals such as SGD", path)
        return settings


@dataclass(frozen=True)
class Workspace:
    """A folder: the experts' own files, and under `.casewright/` the machine's."""

    folder: Path
    settings: Settings

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The workspace in FOLDER, with default settings where it has none. Raises SettingsError."""
        if not folder.is_dir():
            raise SettingsError("this workspace does not exist", folder, hint=f"casewright init {folder}")
        return cls(folder, Settings.read(folder / FILE))

    @classmethod
    def init(cls, folder: Path, *, timezone: str = "UTC", currency: str = "USD") -> Self:
        """Make a workspace; what is there stays. Raises SettingsError for a bad setting or a file in the way."""
        try:
            for name in ("typologies", "rules", "prompts", ".casewright"):
                (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"cannot make a workspace here: {error.strerror}", folder) from error
        settings = folder / FILE
        if not settings.exists():
            settings.write_text(_NEW.format(timezone=timezone, currency=currency), encoding="utf-8")
            (folder / ".gitignore").write_text(".casewright/\n", encoding="utf-8")
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
    def rates(self) -> Path:
        """The table of currency rates."""
        return self.folder / self.settings.rates

    def describe(self) -> dict[str, Any]:
        """The settings with the folder, for people and machines."""
        return {"folder": str(self.folder), **{f.name: getattr(self.settings, f.name) for f in fields(Settings)}}
