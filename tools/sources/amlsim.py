"""amlsim: IBM AMLSim's transactions, in the full schema or as bare edges between nodes.

`tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,...` or `sourceNodeId,targetNodeId,value,time`, where time
is a number of days. The generator names no currency: amounts are taken as US dollars. Day 0 is 2017-01-01, the base
date of AMLSim's own settings, unless `--start` says otherwise. `is_sar` and `alert_id` are the answer and are not read.
"""

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import DAYS_SINCE, Reading, Wishes
from casewright.tools.sources import Source

FULL = ("tran_id", "orig_acct", "bene_acct", "tx_type", "base_amt", "tran_timestamp")
EDGES = ("sourceNodeId", "targetNodeId", "value", "time")
_ANSWERS = ("is_sar", "alert_id")
_START = "2017-01-01"


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return set(FULL) <= set(file.columns) or set(EDGES) <= set(file.columns)


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    shared = {"asset": "'USD'", "network": "'bank'"}
    if set(FULL) <= set(file.columns):
        fields = {
            "id": '"tran_id"',
            "at": '"tran_timestamp"',
            "src": '"orig_acct"',
            "dst": '"bene_acct"',
            "amount": '"base_amt"',
        }
        ignored = tuple(column for column in file.columns if column not in {*FULL, *_ANSWERS})
        return Reading(fields | shared, FULL, ignored=ignored)
    return Reading(
        fields={
            "at": '"time"',
            "src": '"sourceNodeId"',
            "dst": '"targetNodeId"',
            "amount": '"value"',
            **shared,
        },
        columns=EDGES,
        time_format=f"{DAYS_SINCE}{wishes.start or _START}",
        ignored=tuple(column for column in file.columns if column not in EDGES),
    )


SOURCE = Source(
    "amlsim",
    ("transfers",),
    "IBM AMLSim, full schema or edges",
    f"the header {','.join(FULL)},... or {','.join(EDGES)}",
    _fits,
    _read,
)
