"""tagpack: GraphSense's attribution tags, a TagPack as YAML or the whole collection as a table.

The table: `pack,address,label,currency,category,abuse,confidence,source,lastmod,...`. In a YAML pack what stands before
`tags` holds for every tag that does not say otherwise. Abuse speaks before category; a word that the vocabulary table
does not know becomes `service`, or `user` where nothing is said, and accuses nobody.
"""

from collections.abc import Iterator
from typing import Any

from casewright.knowledge.errors import DataError
from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import Reading, Row, Wishes
from casewright.tools.sources import Source
from casewright.tools.sources._tables import network_of, words
from casewright.tools.warehouse import literal

COLUMNS = ("pack", "address", "label", "currency", "category", "abuse", "confidence", "source", "lastmod")
_UNREAD = ("concepts", "actor", "is_cluster_definer")
_MAX_DEPTH = 10


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return _is_yaml(file) or set(COLUMNS) <= set(file.columns)


def _is_yaml(file: SourceFile) -> bool:
    return file.path.suffix.lower() in {".yaml", ".yml"} and file.container == "csv"


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    category = (
        f"""case lower("abuse") {_pairs("abuses.yaml")} else case lower("category") {_pairs("tag_categories.yaml")}"""
        """ else case when coalesce("category", "abuse") is null then 'user' else 'service' end end end"""
    )
    return Reading(
        fields={
            "id": '"address"',
            "name": '"label"',
            "category": category,
            "source": """coalesce('TagPack ' || "pack" || ', ', '') || coalesce("source", 'no source given')""",
            "confidence": '"confidence"',
            "network": network_of('"currency"', '"address"'),
            "known_at": f"""coalesce("lastmod", {literal(wishes.as_of.isoformat())})"""
            if wishes.as_of
            else '"lastmod"',
        },
        columns=COLUMNS,
        rows=_tags(file) if _is_yaml(file) else None,
        ignored=() if _is_yaml(file) else tuple(name for name in file.columns if name not in {*COLUMNS, *_UNREAD}),
    )


def _pairs(table: str) -> str:
    return " ".join(f"when '{theirs}' then '{ours}'" for theirs, ours in words(table).items())


def _tags(file: SourceFile) -> Iterator[Row]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = file.path.read_text(encoding="utf-8-sig")
    try:
        _refuse_tricks(text, loader, file)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(f"this is not YAML: {error.problem}", file.path, line) from error
    except yaml.YAMLError as error:
        raise DataError(f"this is not YAML: {str(error).splitlines()[0]}", file.path) from error
    parts = {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    tags = parts.pop("tags", None)
    if not isinstance(tags, yaml.SequenceNode):
        raise DataError("this is no TagPack: expected a key `tags` with a list", file.path)
    pack = {key: _plain(value) for key, value in parts.items()}
    for tag in tags.value:
        yield _row(tag.start_mark.line + 1, _plain(tag), pack, file.path.stem)


def _refuse_tricks(text: str, loader: Any, file: SourceFile) -> None:
    """What deepens or multiplies a document beyond its length is refused before it is built."""
    import yaml

    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            told = "anchors are not read" if depth <= _MAX_DEPTH else f"more than {_MAX_DEPTH} levels within each other"
            raise DataError(told, file.path, event.start_mark.line + 1)


def _plain(node: Any) -> Any:
    """The node as lists, dictionaries and texts: a date stays as it is written."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _row(line: int, tag: Any, pack: dict[str, Any], stem: str) -> Row:
    if not isinstance(tag, dict):
        return line, (None,) * len(COLUMNS), "this tag has no keys", str(tag)
    cells = []
    for column in COLUMNS:
        value = stem if column == "pack" else tag.get(column, pack.get(column))
        cells.append(value if isinstance(value, str) else None if value is None else ", ".join(map(str, value)))
    return line, tuple(cells), None, "; ".join(f"{key}: {value}" for key, value in tag.items())


SOURCE = Source(
    "tagpack",
    ("labels",),
    "GraphSense TagPacks, YAML or table",
    f"a YAML TagPack, or the columns {','.join(COLUMNS)}",
    _fits,
    _read,
)
