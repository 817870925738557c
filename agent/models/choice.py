"""Which model a word in the settings means, where it is, and whether the workspace's policy lets it be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

from casewright.knowledge.errors import PolicyError, SettingsError

OFFLINE = "offline"
TASKS = ("plan", "draft", "check")
FALLBACK = "fallback"
OPENAI = "https://api.openai.com/v1"
_PREFIX = "openai:"
_EXPECTED = "expected offline, openai:NAME, or NAME@URL of a server that speaks OpenAI's protocol"
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Choice:
    """A model by its name and the URL of the server that has it; the offline one has none."""

    name: str
    url: str = ""
    openai: bool = False  # written as openai:NAME, so that a key of OpenAI's is meant for it

    @classmethod
    def of(cls, text: str, url: str = "") -> Self:
        """The model that TEXT names: `offline`, `openai:NAME`, `NAME@URL`, or `NAME` at URL. Raises SettingsError."""
        if text == OFFLINE:
            return cls(OFFLINE)
        name, at, own = text.partition("@http")
        place = f"http{own}" if at else url
        openai = name.startswith(_PREFIX)
        name = name.removeprefix(_PREFIX)
        if not name or (not place and not openai):
            raise SettingsError(f"the model {text!r} has no URL" if name else f"model is {text!r}", hint=_EXPECTED)
        place = (place or OPENAI).rstrip("/")
        check_url(place)
        return cls(name, place, openai)

    @property
    def offline(self) -> bool:
        """Whether it is the embedded model, which needs no server."""
        return not self.url

    @property
    def host(self) -> str:
        """The server's name, with its port where the URL has one."""
        return _split(self.url).netloc

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return self.offline or _split(self.url).hostname in _THIS_MACHINE

    @property
    def label(self) -> str:
        """How a case's versions name it: openai:NAME or NAME@HOST."""
        return f"{_PREFIX}{self.name}" if self.openai else f"{self.name}@{self.host}"

    @property
    def told(self) -> str:
        """How a person is told of it."""
        return self.name if self.offline else f"{self.name} at {self.url}"

    def allowed(self, policy: Mapping[str, bool]) -> Self:
        """This choice, where the policy lets it be reached. Raises PolicyError."""
        if not self.local and not policy["network"]:
            raise PolicyError(
                f"the model {self.told} is reached over the network, which this workspace forbids",
                hint="set [policy] network = true in casewright.toml, or choose a model on this machine",
            )
        return self


def check_url(url: str) -> None:
    """Raises SettingsError where this cannot be a server's URL; its text is not told, as it may hold a password."""
    try:
        parts = _split(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError("the model's URL is none", hint="expected http://HOST:PORT/v1 or https://HOST/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(
            "the model's URL holds more than a place", hint="a key belongs in the environment or [keys]"
        )


def place(url: str) -> str:
    """HOST:PORT of a URL, without a name or password that it may hold."""
    return _split(url).netloc.rpartition("@")[2]


def _split(url: str) -> SplitResult:
    return urlsplit(url)
