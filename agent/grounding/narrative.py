"""Reading `narrative.md`, also after people edited it: headings, sentences, and the citations behind each."""

import re
from collections.abc import Iterator

from casewright.agent.grounding.lexicon import lexicon
from casewright.knowledge.case import Section, Sentence

_CITES = re.compile(r"\[\s*[Ee]\s?\d+(?:\s*[,;]\s*[Ee]?\s?\d+)*\s*\]")
_CITE = re.compile(r"\d+")
_BULLET = re.compile(r"^\s{0,12}(?:[-*+•]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"\s{0,3}(#{1,6})(?!#)")
_LONGEST_QUOTE = 3_000


def parse(markdown: str) -> tuple[Section, ...]:
    """The sections of a memo; text before the first `## ` heading stands in one without a title.

    A title line (`# ...`) and a quoted status line (`> ...`) before the first heading are skipped. Never fails: what
    is no heading is a sentence, with the citations that stand behind it.
    """
    sections: list[Section] = []
    title: str | None = None
    lines: list[str] = []
    for line in markdown.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n"):
        heading = _HEADING.match(line)
        words = line[heading.end() :].strip().rstrip("#").rstrip() if heading else line
        if heading and len(heading.group(1)) >= 2:
            _close(sections, title, lines)
            title, lines = words, []
        elif title is None and (heading or line.lstrip().startswith(">")):
            continue
        else:
            lines.append(words)
    _close(sections, title, lines)
    return tuple(sections)


def _close(sections: list[Section], title: str | None, lines: list[str]) -> None:
    sentences = tuple(_sentences(lines))
    if title is not None or sentences:
        sections.append(Section(title=title or "", sentences=sentences))


def _sentences(lines: list[str]) -> Iterator[Sentence]:
    for number, paragraph in enumerate(_paragraphs(lines)):
        opens = number > 0
        for text, cited in split(paragraph):
            yield Sentence(text=text, evidence=cited, opens=opens)
            opens = False


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Blank lines and bullets part paragraphs; other line ends are blanks."""
    current: list[str] = []
    for line in lines:
        bullet = _BULLET.match(line)
        if current and (bullet or not line.strip()):
            yield " ".join(current)
            current = []
        text = _BULLET.sub("", line, count=1) if bullet else line
        if text.strip():
            current.append(text.strip().removeprefix("> "))
    if current:
        yield " ".join(current)


def split(paragraph: str) -> list[tuple[str, tuple[str, ...]]]:
    """The sentences of a paragraph with their citations.

    Citations close a sentence unless the text goes on in lower case behind them; those count for the whole sentence.
    """
    found: list[tuple[str, tuple[str, ...]]] = []
    parts: list[str] = []
    cited: dict[str, None] = {}

    def close() -> None:
        text = " ".join(parts)
        if cited or any(c.isalnum() for c in text):
            found.append((text, tuple(cited)))
        parts.clear()
        cited.clear()

    place = 0
    for match in [*_CITES.finditer(paragraph), None]:
        before = paragraph[place : match.start() if match else len(paragraph)]
        if cited and not any(c.isalnum() for c in before):
            before = ""  # the dot behind its citations
        elif cited and _begins(before, parts[-1] if parts else ""):
            close()
        *whole, rest = _ends(before)
        for sentence in whole:
            parts.append(sentence)
            close()
        if rest:
            parts.append(rest)
        if match:
            cited.update(dict.fromkeys(f"E{int(number)}" for number in _CITE.findall(match.group())))
            place = match.end()
    close()
    return found


def _begins(text: str, before: str) -> bool:
    """Whether text behind citations begins a sentence: what was before had ended, or it begins with a capital."""
    stripped = text.lstrip()
    if not any(c.isalnum() for c in stripped):
        return False
    if before.endswith((".", "!", "?")):
        return True
    if stripped[0] in ",;:)" or stripped[0].islower():
        return stripped[0].islower() and _is_id(stripped)
    return True


def _is_id(text: str) -> bool:
    """Whether the first word is an id, which may stand in lower case at a sentence's head."""
    word = text.split(None, 1)[0]
    return any(c.isdigit() for c in word)


def _ends(text: str) -> list[str]:
    """The text cut behind each sentence's end; the last part may be empty. Quotations and code are not cut."""
    parts, start, place = [], 0, 0
    closing = {'"': '"', "“": "”", "`": "`"}
    while place < len(text):
        character = text[place]
        if character in closing:
            end = text.find(closing[character], place + 1, place + _LONGEST_QUOTE)
            place = end + 1 if end > 0 else place + 1
            if end > 0 and text[end - 1] in ".!?" and text[place : place + 1].isspace() and _opens(text, place):
                parts.append(text[start:place].strip())
                start = place
            continue
        if (
            character in ".!?"
            and text[place + 1 : place + 2].isspace()
            and _opens(text, place + 1)
            and not _short(text, start, place)
        ):
            parts.append(text[start : place + 1].strip())
            start = place + 1
        place += 1
    return [*parts, text[start:].strip()]


def _opens(text: str, place: int) -> bool:
    """Whether what stands behind could open a sentence."""
    after = text[place : place + 40].lstrip()
    return bool(after) and (not after[0].islower() or _is_id(after))


def _short(text: str, start: int, place: int) -> bool:
    if text[place] != ".":
        return False
    head = text[max(start, place - 12) : place].split()
    word = head[-1].lower().lstrip("(\"'") if head else ""
    return word in lexicon().words("abbreviations") or (len(word) == 1 and word.isalpha() and word != "i")
