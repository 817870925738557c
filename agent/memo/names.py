"""How a party is called in a memo: in full, with the label it bears."""

from casewright.agent.memo.dossier import Cells
from casewright.agent.memo.quote import Quote, merged


def bearing(cells: Cells, address: str = "id") -> Quote | None:
    """A party with its label: `0x... ("Tornado.Cash: Router", mixer, source LIFI.csv)`; bare where it bears none.

    Of a label whose name is not fit to be repeated, the category alone.
    """
    party = cells[address]
    name, category = cells["label"], cells["category"]
    if party is None or category is None or not cells.text("label"):
        return party
    source = cells["label_source"]
    told = (f'"{name}", ' if name else "") + category.text.replace("_", " ") + (f", source {source}" if source else "")
    return Quote(f"{party} ({told})", merged([party, category]))
