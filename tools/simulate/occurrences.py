"""The words of events: the same for everybody, so that a text says what happened and not who is planted."""

import random
from collections.abc import Mapping

SOURCES: Mapping[str, str] = {
    "recall": "bank",
    "police_request": "police",
    "complaint": "customer",
    "ticket": "customer",
    "information_request": "compliance",
    "information_reply": "customer",
    "screening_hit": "screening",
    "security_change": "platform",
    "device_flag": "platform",
    "limit_change": "platform",
    "tier_change": "platform",
    "whitelist_change": "platform",
    "hold": "compliance",
    "hold_release": "compliance",
    "staff_override": "staff",
    "document_check": "onboarding",
    "dispute": "customer",
}

_TICKETS = (
    "asks how long a withdrawal takes",
    "asks for a statement for the tax year",
    "asks why the verification is pending",
    "cannot find the deposit address",
    "reports a login problem",
    "asks about fees",
    "asks which limits apply to the account",
    "asks how to change the linked bank account",
)
_MISTAKES = ("sent to a wrong account", "paid twice", "amount mistyped")
_COMPLAINTS = ("is unhappy with the price of a trade", "says that support took too long", "disputes a fee")


def ticket(rng: random.Random) -> str:
    """An ordinary question to support."""
    return f"Ticket {rng.randint(100_000, 999_999)}: customer {rng.choice(_TICKETS)}."


def complaint(rng: random.Random) -> str:
    """An ordinary complaint."""
    return f"Customer {rng.choice(_COMPLAINTS)}."


def recall(amount: str, day: str, reason: str) -> str:
    """A bank asks for a payment back."""
    return f"Sender's bank asks for return of SGD {amount} credited on {day}; reason given: {reason}."


def mistake(rng: random.Random) -> str:
    """Why honest payers ask for a payment back."""
    return rng.choice(_MISTAKES)


def override(staff: int, ticket_number: int | None, approver: int | None, what: str) -> str:
    """A member of staff lifts a limit or a hold."""
    by = f"Staff S-{staff} lifted the {what}"
    because = f"; ticket {ticket_number}" if ticket_number else "; no ticket"
    return by + because + (f"; second approver S-{approver}." if approver else "; no second approver.")


def phone(number: int) -> str:
    """The phone number on file changes."""
    return f"Phone number changed to +65 {number // 10_000} {number % 10_000:04d}."


def passport(number: int) -> str:
    """A made-up passport number."""
    return f"K{number:07d}E"
