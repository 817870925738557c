"""Who acts, and whether that person may: the sections [people] and [review] of the workspace's file."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self, cast, get_args

from casewright.knowledge.errors import PolicyError, SettingsError
from casewright.knowledge.four_eyes import named, same_person

Role = Literal["investigator", "reviewer", "typology expert", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)
_CASEWORK: tuple[Role, ...] = ("investigator", "reviewer")
TYPOLOGY = "propose or decide on a typology"
# Who may do what; everybody in [people] may read. An auditor does nothing else.
MAY: Mapping[str, tuple[Role, ...]] = {
    "tell of a case": _CASEWORK,
    "draft in a batch": _CASEWORK,
    "escalate": _CASEWORK,
    "close": _CASEWORK,
    "edit": _CASEWORK,
    "join": _CASEWORK,
    "split": _CASEWORK,
    "reopen": _CASEWORK,
    "assign": _CASEWORK,
    "approve": ("reviewer",),
    "return": ("reviewer",),
    "hold": _CASEWORK,
    "lift a hold": ("reviewer",),
    "delete a case": ("reviewer",),
    TYPOLOGY: ("typology expert",),
}


@dataclass(frozen=True)
class Person:
    """What somebody may do in this house, and since when; `since` is None for who was always there."""

    roles: tuple[Role, ...]
    since: date | None = None

    @classmethod
    def of(cls, name: str, value: Any) -> Self:
        """A person as the file has one: a role, a list of them, or a table with roles and since.

        Raises SettingsError.
        """
        table = value if isinstance(value, dict) else {"roles": value}
        roles = table.get("roles")
        given = [roles] if isinstance(roles, str) else roles
        since = table.get("since")
        if not isinstance(given, list) or not given or not set(given) <= set(ROLES) or not set(table) <= _KEYS:
            raise SettingsError(f"{name} is {value!r} in [people], expected {', '.join(ROLES)}, or a list of them",
                                hint=f"{name} = {{roles = [\"investigator\"], since = 2026-01-31}}")  # fmt: skip
        if since is not None and type(since) is not date:
            raise SettingsError(f"{name} is here since {since!r}, expected a date such as 2026-01-31")
        return cls(tuple(cast(Role, role) for role in given), since)


_KEYS = {"roles", "since"}


@dataclass(frozen=True)
class Sampling:
    """Of what one person closes alone, the share that a second person checks; more in somebody's first days.

    The shares are the house's to set; ours are the practice of quality control at level 1.
    """

    sample: float = 0.1
    sample_new: float = 0.5
    new_days: int = 90

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Self:
        """Those of the file. Raises SettingsError."""
        for key, value in section.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= (1 if key != "new_days" else 36_500):
                raise SettingsError(f"{key} is {value!r} in [review], expected a share from 0 to 1, or days")
        return cls(**section)

    def share(self, person: Person | None, today: date) -> float:
        """The share for a person on a day."""
        new = person is not None and person.since is not None and (today - person.since).days < self.new_days
        return max(self.sample, self.sample_new) if new else self.sample


@dataclass(frozen=True)
class House:
    """The people of a workspace, by name; none told means that everybody may do all, but for their own work."""

    people: Mapping[str, Person] = field(default_factory=dict)

    def known(self, who: str) -> tuple[str, Person] | None:
        """The person of that name, as the file writes it."""
        return next(((name, one) for name, one in self.people.items() if same_person(name, who)), None)

    def acting(self, by: str, does: str) -> str:
        """Who acts: BY, else the user of this machine. Raises PolicyError for one who may not do that."""
        who = named(by or getpass.getuser())
        if not self.people:
            return who
        found = self.known(who)
        if found is None:
            raise PolicyError(
                f"{who} is nobody whom casewright.toml knows", hint=f"[people] has {', '.join(self.people)}; --as NAME"
            )
        name, person = found
        if not set(person.roles) & set(MAY[does]):
            able = " or ".join(MAY[does])
            raise PolicyError(
                f"{name} is {' and '.join(person.roles)}; to {does} takes a role of {able}", hint="--as NAME"
            )
        return name


def login_of(who: str) -> str:
    """The user of this machine, where that is another name than the one that acts."""
    login = getpass.getuser()
    return "" if same_person(login, who) else login
