"""The indicators: one SQL file each in this folder. `casewright.knowledge.indicator` tells what stands in its head.

What a file's query may read; everything holds the whole history of the accounts asked about unless said otherwise:

- `legs`: account, epoch, direction, counterparty, transfer, kind, status, network, asset, amount, usd, local, moved.
  `moved` is true where value moved: completed, no trade, no fee, not to itself. A leg stands at the second in which it
  became known. Where a query of the same pass reads log-ins or events, `legs` has a blank row (nothing moved) at each
  of them, so that there is a value at every event.
- `customers`: account, epoch (when it became known), opened_epoch, income_usd, kind; one row a version.
- `logins`: account, epoch, device; every log-in on their devices, whoever logged in; none without a device.
- `events`: account, epoch (when it became known), kind.
- `destinations`: address, account, epoch; every completed transfer to the outside addresses that they sent to, whoever
  sent it, less the house's own wallets and labelled services.

A query yields account, epoch and value for each second of `legs`; the same row may come several times.
"""

from casewright.knowledge.indicator import Indicator, Request
from casewright.tools.indicators.files import catalogue, indicator
from casewright.tools.indicators.readings import Peak, Unmeasured, peaks, values

__all__ = ["Indicator", "Peak", "Request", "Unmeasured", "catalogue", "indicator", "peaks", "values"]
