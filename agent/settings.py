"""The workspace and its settings, built once by the command line and passed on; nothing else reads them."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casewright.agent.models import limits as model_limits
from casewright.agent.models.choice import FALLBACK, TASKS, Choice, check_url
from casewright.agent.models.keys import check_reference, named_key
from casewright.agent.models.limits import Limits
from casewright.agent.review.people import House, Person, Sampling
from casewright.knowledge.errors import SettingsError, UsageError
from casewright.tools import engines

FILE = "casewright.toml"
STORES = ("sqlite:///", "postgresql://")
_STORE = "expected sqlite:///FILE or postgresql://USER@HOST/NAME"
POLICY = {"network": False, "sql": False, "batch": False}  # what a workspace allows unless it says otherwise

_SAMPLING = tuple(f.name for f in fields(Sampling))
_SECRET = ("engine_url", "store")  # they may hold a password

_NEW = """\
# Settings of this Casewright workspace. Every line may be left out; what stands here are the defaults.
timezone = "{timezone}"    # texts give this zone's time first, UTC in brackets where it differs
currency = "{currency}"         # local currency; rates of other currencies than USD come from `rates`
rates = "{rates}"      # date,currency,usd_per_unit,source
model = "offline"        # the embedded model; nothing leaves this machine. Else openai:NAME or NAME@URL

[policy]
network = false          # true lets the configured model or embedder be called over the network
sql = false              # true lets people ask free SQL, behind walls: one SELECT, reading the ledger alone
batch = false            # true lets a batch leave its requests as files with the model's provider, for a day
"""


@dataclass(frozen=True)
class Settings:
    """What a workspace has decided. Every field is a key of `casewright.toml`."""

    timezone: str = "UTC"
    currency: str = "USD"
    rates: str = "rates.csv"
    model: str = "offline"  # offline, openai:NAME, NAME@URL, or NAME at `model_url`
    model_url: str = ""
    models: Mapping[str, str] = field(default_factory=dict)  # other ones to plan, draft, check, or fall back to
    limits: Limits = field(default_factory=Limits)
    keys: Mapping[str, str] = field(default_factory=dict)  # where a host's key is: env:NAME, file:PATH, keyring:NAME
    regime: str = "sg"  # whose form and clock reports follow, where a command names none
    embedder: str = "embedded"
    index: str = "embedded"  # where the typologies' vectors are: here, or chroma://HOST:PORT
    engine: str = engines.EMBEDDED  # where questions are asked
    engine_url: str = ""
    engine_tables: Mapping[str, Any] = field(default_factory=dict)  # tables that the house has there already
    keep_years: int = 5  # from the last act on a case on; before that it is not deleted
    store: str = field(default="", repr=False)  # the case store: sqlite:///FILE, postgresql://USER@HOST/NAME, or ours
    policy: Mapping[str, bool] = field(default_factory=lambda: POLICY)
    people: Mapping[str, Person] = field(default_factory=dict)  # who may do what in review; none: all but their own
    review: Sampling = field(default_factory=Sampling)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The settings of a `casewright.toml`, the defaults where there is none. Raises SettingsError."""
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"not readable as TOML: {error}", path) from error
        _check(found, [f.name for f in fields(cls)], "setting", path)
        policy = _section(found, "policy", path, POLICY)
        tables = _section(found, "engine_tables", path)
        models = _section(found, "models", path, (*TASKS, FALLBACK))
        keys = _section(found, "keys", path)
        limits = _section(found, "limits", path, model_limits.NAMES)
        people, review = _section(found, "people", path), _section(found, "review", path, _SAMPLING)
        years = found.get("keep_years", 1)
        if isinstance(years, bool) or not isinstance(years, int) or years < 1:
            raise SettingsError(f"keep_years is {years!r}, expected a whole number from 1 on", path)
        for key, value in {**found, **models}.items():
            if not isinstance(value, str) and key != "keep_years":
                raise SettingsError(f"{key} is {value!r}, expected a text in quotes", path)
        for key, value in policy.items():
            if not isinstance(value, bool):  # "false" in quotes would be true
                raise SettingsError(f"{key} is {value!r}, expected true or false without quotes", path)
        for key, value in limits.items():
            least = 1 if key in model_limits.NEEDED else 0
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
                raise SettingsError(f"{key} is {value!r}, expected a number from {least} on", path)
        try:
            known = {name: Person.of(name, value) for name, value in people.items()}
            sampling = Sampling.of(review)
        except SettingsError as error:
            raise SettingsError(error.message, path, hint=error.hint) from error
        return cls(
            **found, engine_tables=tables, policy=POLICY | policy, models=models, keys=keys, limits=Limits(**limits),
            people=known, review=sampling,
        ).checked(path)  # fmt: skip

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
        if self.store and not self.store.startswith(STORES):
            raise SettingsError("store does not say where the case store is", path, hint=_STORE)
        try:
            for host, reference in self.keys.items():
                check_reference(host, reference)
            if self.model_url:
                check_url(self.model_url)
            for text in (self.model, *self.models.values()):
                Choice.of(text, self.model_url)
        except SettingsError as error:
            raise SettingsError(error.message, path, hint=error.hint) from error
        return self

    def modelled(self, model: str, model_url: str = "") -> Self:
        """These settings with MODEL for every task, at MODEL_URL; what is empty stays. Raises SettingsError."""
        if not model and not model_url:
            return self
        models = {FALLBACK: self.models[FALLBACK]} if model and FALLBACK in self.models else {}
        chosen = replace(
            self,
            model=model or self.model,
            model_url=model_url or self.model_url,
            models=models if model else self.models,
        )
        Choice.of(chosen.model, chosen.model_url)
        return chosen


def _section(found: dict[str, Any], name: str, path: Path, known: Iterable[str] | None = None) -> dict[str, Any]:
    """A section taken out of what was found; without KNOWN it may hold any keys. Raises SettingsError."""
    section = found.pop(name, {})
    if not isinstance(section, dict):
        told = "" if name == "keys" else f" is {section!r}"
        raise SettingsError(f"{name}{told}, expected a section [{name}]", path)
    if known is not None:
        _check(section, known, "policy" if name == "policy" else f"key of [{name}]", path)
    return section


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
    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)  # where keys may be
    configured: Settings | None = field(default=None, repr=False, compare=False)  # before a command's own model

    @classmethod
    def at(
        cls,
        folder: Path,
        *,
        engine: str = "",
        engine_url: str = "",
        model: str = "",
        model_url: str = "",
        store: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """The workspace in FOLDER, with default settings where it has none; ENGINE, MODEL and STORE go before them.

        The settings' URL is that of their own engine. A MODEL does every task. ENVIRONMENT is where models' keys
        may be. Raises SettingsError, UsageError for an unknown engine.
        """
        if not folder.is_dir():
            raise SettingsError("this workspace does not exist", folder, hint=f"casewright init {folder}")
        settings = Settings.read(folder / FILE)
        if engine and engine not in engines.NAMES:
            raise UsageError(f"unknown engine {engine!r}", hint=_nearest(engine, engines.NAMES))
        if engine and settings.engine not in (engine, engines.EMBEDDED):
            settings = replace(settings, engine_url="", engine_tables={})
        if store and not store.startswith(STORES):
            raise SettingsError("this does not say where the case store is", "CASEWRIGHT_STORE", hint=_STORE)
        settings = replace(
            settings,
            engine=engine or settings.engine,
            engine_url=engine_url or settings.engine_url,
            store=store or settings.store,
        )
        return cls(folder, settings.modelled(model, model_url), environment or {}, settings)

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
    def main_model(self) -> Choice:
        """The model that the settings or the environment name, whatever a command names. Raises SettingsError."""
        named = self.environment.get("CASEWRIGHT_MODEL", ""), self.environment.get("CASEWRIGHT_MODEL_URL", "")
        found = (self.configured or self.settings).modelled(*named)
        return Choice.of(found.model, found.model_url)

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
        """The case store's SQLAlchemy URL; a server's with the password that [keys] leads to. Raises SettingsError.

        A file is one of the workspace unless its path is absolute.
        """
        scheme, _, place = self.settings.store.partition("://")
        if scheme != "postgresql":
            return f"sqlite:///{(self.folder / (place[1:] or '.casewright/cases.db')).absolute()}"
        user, at, rest = place.rpartition("@")
        host = re.split(r"[:/?]", rest)[0]
        if not at or ":" in user or host not in self.settings.keys:
            return self.settings.store
        key = named_key(self.settings.keys[host], self.environment, self.folder)
        return f"{scheme}://{user}:{quote(key.value, safe='')}@{rest}"

    @property
    def index(self) -> Path:
        """The folder of what this machine keeps of the typologies' index."""
        return self.machine / "index"

    @property
    def usage(self) -> Path:
        """The file of what models have cost, and of what each was found able to do."""
        return self.machine / "models.db"

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

    @property
    def house(self) -> House:
        """Who may do what here."""
        return House(self.settings.people)

    def describe(self) -> dict[str, Any]:
        """The settings with the folder, for people and machines."""
        told = {f.name: getattr(self.settings, f.name) for f in fields(Settings) if f.name not in _SECRET}
        told["limits"], told["review"] = asdict(self.settings.limits), asdict(self.settings.review)
        told["people"] = {name: list(person.roles) for name, person in self.settings.people.items()}
        return {"folder": str(self.folder), **told}
