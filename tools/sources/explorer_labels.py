"""explorer-labels: names and tags of block explorers, and the lists of bad addresses drawn from them.

Four layouts: `explorer,address,name,labels` (tags separated by `|`), `address,etherscan_tag,etherscan_labels,...`,
`banned_address,wallet_tag,data_source` and `contract_address,contract_tag,contract_creator,...`. The first tag in
`explorer_tags.yaml` decides; a tag that is not there makes a `service`, which accuses nobody.
"""

from dataclasses import dataclass

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import Reading, Wishes
from casewright.tools.sources import Source
from casewright.tools.sources._list_date import date_of_list
from casewright.tools.sources._tables import words
from casewright.tools.warehouse import literal


@dataclass(frozen=True)
class _Layout:
    columns: tuple[str, ...]
    address: str
    name: str
    tags: str  # SQL for the tags, separated by |
    source: str
    network: str = "'ethereum'"


_NETWORKS = (
    "case \"explorer\" when 'etherscan' then 'ethereum' when 'bscscan' then 'bsc' when 'polygonscan' then 'polygon'"
    " when 'arbiscan' then 'arbitrum' when 'ftmscan' then 'fantom' else \"explorer\" end"
)
_LAYOUTS = (
    _Layout(
        ("explorer", "address", "name", "labels"), '"address"', '"name"', '"labels"', '"explorer"', network=_NETWORKS
    ),
    _Layout(
        ("address", "etherscan_tag", "etherscan_labels"),
        '"address"',
        '"etherscan_tag"',
        '"etherscan_labels"',
        "'etherscan'",
    ),
    _Layout(
        ("banned_address", "wallet_tag", "data_source"),
        '"banned_address"',
        '"wallet_tag"',
        """regexp_replace("data_source", '^etherscan-|-list$', '', 'g')""",
        '"data_source"',
    ),
    _Layout(
        ("contract_address", "contract_tag", "contract_creator_etherscan_label", "source"),
        '"contract_address"',
        """coalesce(nullif(trim("contract_tag"), ''), 'malicious contract')""",
        "coalesce(\"contract_creator_etherscan_label\", 'malicious')",
        '"source"',
    ),
)


def _layout(file: SourceFile) -> _Layout | None:
    return next((layout for layout in _LAYOUTS if set(layout.columns) <= set(file.columns)), None)


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return _layout(file) is not None


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    layout = _layout(file)
    assert layout is not None
    as_of, notes = date_of_list(file, wishes)
    tags = f"'|' || lower({layout.tags}) || '|'"
    whens = " ".join(
        f"when contains({tags}, '|{tag}|') then '{ours}'" for tag, ours in words("explorer_tags.yaml").items()
    )
    return Reading(
        fields={
            "id": layout.address,
            "name": layout.name,
            "category": f"case {whens} else 'service' end",
            "source": literal(wishes.source) if wishes.source else layout.source,
            "confidence": "'web_crawl'",
            "network": layout.network,
            **({"known_at": literal(as_of.isoformat())} if as_of else {}),
        },
        columns=layout.columns,
        constant=frozenset({"known_at"}),
        notes=notes,
    )


SOURCE = Source(
    "explorer-labels",
    ("labels",),
    "names and tags of block explorers, and lists of bad addresses drawn from them",
    f"the columns {' or '.join(','.join(layout.columns) for layout in _LAYOUTS)}",
    _fits,
    _read,
)
