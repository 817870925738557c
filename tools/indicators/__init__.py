"""The indicators: one SQL file each in this folder. `casewright.knowledge.indicator` tells what stands in its head.

What a file's query may read; everything holds the whole history of the accounts asked about unless said otherwise:

- `legs`: account, epoch, direction, counterparty, transfer, kind, status, network, asset, amount, usd, local, moved.
  `moved` is true where value moved: completed, no trade, no fee, not to itself. A leg stands at the second in which it
  became known. Where a query reads log-ins or events, `legs` has a blank row (nothing moved) at each of them, so that
  there is a value at every event; in a rule also where another of its queries reads them.
- `customers`: account, epoch (when it became known), opened_epoch, income_usd, turnover_usd (both a year), kind,
  country, tier; one row a version.
- `logins`: account, epoch, device, ip, country; all their log-ins, and every log-in on their devices or from their IP
  addresses, whoever logged in.
- `events`: account, epoch (when it became known), kind.
- `destinations`: address, account, epoch; every completed transfer to the outside addresses that they sent to, whoever
  sent it, less the house's own wallets and labelled services.
- `payments`: account, epoch, direction, counterparty, transfer, usd, stranger; their completed payments by bank.
  `stranger` is true where the other side's name in the memo, before a `|`, has no word of the customer's name as then
  known; false where a name is missing or cut off.

And what lies over hops, as temporary tables that `hops` makes; the name says what is asked, `reached_$category$hops`:

- `reached_C1` .. `reached_C5` (C a category of labels, or `any` that carries risk): one row for each transfer out of
  the account whose value can have gone to an address of that category within so many hops, and each number of hops
  that tells it sooner than fewer do: account, leg (its row in the ledger's legs), moved (its second), hop, epoch (from
  when on it was known: the last transfer of the path and the label), usd.
- `sources_C1` .. `sources_C5`: the same for transfers into the account and where their value can have come from.
- `chains_2` .. `chains_5`: one row for each transfer out of the account and each hop that its value went in one piece:
  account, leg, moved, hop (1 is the transfer itself), epoch (of the last), gap (seconds, the longest between two),
  kept (of a million, the least that one passed on of the one before), usd.
- `returns_2` .. `returns_5`: one row for each transfer into the account by which value that had left can have come
  back at most 30 days later: account, leg, epoch, started (when it left, the latest possible), usd.
- `rings_2` .. `rings_9`: the same over transfers of the kinds internal and p2p alone.

Value is followed in the order in which transfers became known (equal seconds in any order), without trades, fees and
what was not completed, through the account itself too. Nothing goes on from an address that bears a label where a trace
ends, from when it was known; nor forward with any but its first 1,000 transfers, nor back once more than 1,000 had come
in. A transfer far away makes no event of the account: its values stand at its own, with all that was known then.

A query yields account, epoch and value for each second of `legs`; the same row may come several times.
"""

from casewright.knowledge.indicator import Indicator, Request
from casewright.tools.indicators.files import catalogue, fingerprint, indicator
from casewright.tools.indicators.made_of import Made, rows_of
from casewright.tools.indicators.readings import Peak, Unmeasured, crossings, peaks, values

__all__ = [
    "Indicator",
    "Made",
    "Peak",
    "Request",
    "Unmeasured",
    "catalogue",
    "crossings",
    "fingerprint",
    "indicator",
    "peaks",
    "rows_of",
    "values",
]
