"""How large the demo exchange is: from what was asked for to customers, transfers and planted subjects."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from casewright.knowledge.errors import UsageError

ZONE = "Asia/Singapore"
CURRENCY = "SGD"
OFFSET = 8 * 3600  # Singapore keeps one offset all year
DAY = 86_400
HISTORY_DAYS = 730  # older accounts have a past before the period
PLANTED_SHARE = 0.0045  # of customers; the ground rule says 0.3-0.5%
TRANSFERS_PER_CUSTOMER = 0.35  # below this many customers a transfer the share gives way to the size
TRANSFERS_PER_ACTIVE = 14


@dataclass(frozen=True)
class Plan:
    """What to make. `transfers` is met within some percent; None follows from the customers."""

    seed: int
    start: date
    months: int
    subjects: int
    customers: int
    transfers: int | None

    @classmethod
    def of(
        cls,
        *,
        typologies: int,
        seed: int = 7,
        start: str = "2025-01-01",
        months: int = 12,
        subjects: int = 60,
        customers: int | None = None,
        transfers: int | None = None,
    ) -> Self:
        """The plan for so many planted typologies. Raises UsageError for sizes that cannot be meant.

        With neither customers nor transfers, a million transfers. The customers then follow from the ground rule that
        0.3-0.5% of them are planted, as far as there are transfers to go round.
        """
        if customers is not None and transfers is not None:
            raise UsageError("--customers and --transfers were both given", hint="one follows from the other")
        _within("--months", months, 3, 36)
        _within("--subjects", subjects, 1, 1000)
        _within("--seed", seed, 0, 2**63 - 1)
        planted = typologies * subjects
        if customers is None:
            transfers = 1_000_000 if transfers is None else transfers
            _within("--transfers", transfers, 20_000, 50_000_000)
            customers = int(min(planted / PLANTED_SHARE, transfers * TRANSFERS_PER_CUSTOMER))
            customers = max(customers, transfers // 60)
        _within("--customers", customers, 1_000, 20_000_000)
        if customers < 8 * planted:
            hint = f"--subjects {max(1, customers // 8 // typologies)}, or more customers"
            raise UsageError(f"{customers} customers cannot hide {planted} planted subjects", hint=hint)
        return cls(seed, _day(start), months, subjects, customers, transfers)

    @property
    def end(self) -> date:
        """The day after the last one."""
        months = self.start.month - 1 + self.months
        return self.start.replace(year=self.start.year + months // 12, month=months % 12 + 1)

    @property
    def since(self) -> int:
        """The period's first second (local midnight), as epoch."""
        return _midnight(self.start)

    @property
    def until(self) -> int:
        """The first second after the period."""
        return _midnight(self.end)

    @property
    def first_day(self) -> date:
        """The first day of which anything is known: some accounts are older than the period."""
        return self.start - timedelta(days=HISTORY_DAYS)

    @property
    def history(self) -> int:
        """The first second of which anything is known."""
        return _midnight(self.first_day)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).timestamp())


def _day(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise UsageError(f"--start is {text!r}, expected a day such as 2025-01-01") from None
    if not 2000 <= day.year <= 2100 or day.day > 28:
        raise UsageError(f"--start is {text}, expected a day up to the 28th, between 2000 and 2100")
    return day


def _within(option: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageError(f"{option} is {value:,}, expected {least:,} to {most:,}")
