"""Where a model's key comes from: the environment, a file or the system's keyring; never a flag, and never shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from casewright.agent.models.choice import Choice
from casewright.knowledge.errors import SettingsError

OURS = "CASEWRIGHT_API_KEY"  # for the model that the settings or CASEWRIGHT_MODEL name, and no --model elsewhere
OPENAIS = "OPENAI_API_KEY"  # for models that are written openai:NAME, and no others
_KINDS = ("env:", "file:", "keyring:")
_SERVICE = "casewright"  # the keyring's name for what we may read
_EXPECTED = "expected env:NAME, file:PATH or keyring:NAME; the key itself does not belong in the settings"
_LONGEST = 10_000  # characters; a longer file is something else


@dataclass(frozen=True)
class Key:
    """A key and where it was found, in words; empty where there is none."""

    value: str = field(repr=False)
    source: str


def check_reference(host: str, reference: object) -> None:
    """Raises SettingsError where this does not say where a key is; what it says is not told, it could be a key."""
    if not isinstance(reference, str) or not reference.startswith(_KINDS) or reference in _KINDS:
        raise SettingsError(f"[keys] {host!r} does not say where the key is", hint=_EXPECTED)


def key_for(choice: Choice, main: Choice, keys: Mapping[str, str], environment: Mapping[str, str], folder: Path) -> Key:
    """The key for a model. A key is sent to no other host than the one it is for.

    `[keys]` of the settings names places by host. CASEWRIGHT_API_KEY is for the host of MAIN, the model that the
    settings or the environment name, OPENAI_API_KEY for models written openai:NAME. Raises SettingsError where a key
    that is named is not there.
    """
    reference = keys.get(choice.host)
    if reference:
        return named_key(reference, environment, folder)
    if choice.host == main.host and environment.get(OURS, "").strip():
        return Key(environment[OURS].strip(), f"the environment ({OURS})")
    if choice.openai and environment.get(OPENAIS, "").strip():
        return Key(environment[OPENAIS].strip(), f"the environment ({OPENAIS})")
    if environment.get(OURS, "").strip():
        return Key("", f"{_WITHHELD}{OURS} is not for {choice.host}; name its key under [keys] in casewright.toml")
    return Key("", "none")


_WITHHELD = "none; "


def withheld(source: str) -> bool:
    """Whether a source tells of a key that is there and is for another host."""
    return source.startswith(_WITHHELD)


def named_key(reference: str, environment: Mapping[str, str], folder: Path) -> Key:
    """The key, or a server's password, at a place that [keys] names. Raises SettingsError where none is there."""
    kind, _, name = reference.partition(":")
    read = {"env": _from_environment, "file": _from_file, "keyring": _from_keyring}[kind]
    value = read(name, environment, folder).strip()
    if not value or len(value.split()) != 1:
        raise SettingsError(f"there is no key in {reference}", hint="one word is expected there")
    return Key(value, f"the environment ({name})" if kind == "env" else f"the {kind} {name}")


def _from_environment(name: str, environment: Mapping[str, str], _: Path) -> str:
    return environment.get(name, "")


def _from_file(name: str, _: Mapping[str, str], folder: Path) -> str:
    path = folder / Path(name).expanduser()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "is no text"
        raise SettingsError(f"the key cannot be read: {told}", path, hint="see [keys]") from error
    return text if len(text) <= _LONGEST else ""


def _from_keyring(name: str, _: Mapping[str, str], __: Path) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise SettingsError("the keyring needs a package", hint="pip install 'casewright[keyring]'") from error
    try:
        return keyring.get_password(_SERVICE, name) or ""
    except KeyringError as error:
        hint = f"unlock it, or store the key: keyring set {_SERVICE} {name}"
        raise SettingsError("the system's keyring cannot be read", hint=hint) from error
