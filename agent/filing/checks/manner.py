"""How it is told: key terms, parts, verdicts, roles, what has no place, form and readability: C01, C02, C12 to C18."""

import re

from casewright.agent.filing.checklist import no_place, verdicts
from casewright.agent.filing.checks.under import Found, Under, all_of
from casewright.agent.filing.told import known_reports
from casewright.agent.filing.words import words

LONGEST_ATTACHMENT = 1_000_000  # bytes: FinCEN's rule, taken for all
LONG_SENTENCE = 35  # words


def c01(under: Under) -> Found:
    """The key term in the text and in a field; a code of the regime's form, or that none applies."""
    regime, term = under.report.regime, under.report.made.key_term
    if term is not None:
        in_field = any(term.term in code for code in under.report.codes)
        return all_of([("the term in the text", under.text.startswith(term.term)), ("the term in its field", in_field)])
    if regime.code_pattern:
        code = re.match(regime.code_pattern, under.text) or under.text.lower().startswith(regime.no_code)
        todo = under.command(f'codes {{case}} CODE|none --regime {regime.id} --reason "..."')
        return Found(1.0) if code else Found(0.0, "a code, or that none applies, as a person decides", todo)
    if regime.key_terms and under.report.decided.suspicion() is None:
        return Found(None, "which terms apply depends on the day of the suspicion", "tell when suspicion was formed")
    return Found(1.0)


def c02(under: Under) -> Found:
    """Three parts in order, each with a sentence about the case; the introduction says what suspicion rests on."""
    parts = [piece.part for piece in under.report.made.pieces if not piece.framed]
    order = list(dict.fromkeys(parts))
    reasoned = "introduction" in order and under.reasoned("introduction")
    wanted = [("an introduction that says what suspicion rests on", reasoned)]
    wanted += [(f"the {name}", name in order) for name in ("body", "conclusion")]
    wanted.append(("their order", order == sorted(order, key=("introduction", "body", "conclusion").index)))
    return all_of(wanted, "draft the report again")


def c12(under: Under) -> Found:
    """No phrase that convicts."""
    bad = verdicts(under.text)
    return Found(1.0) if not bad else Found(0.0, f"a verdict: {', '.join(bad)}", "say suspected, or consistent with")


def c13(under: Under) -> Found:
    """The role of every subject is set and is not `unknown`; no word for a culprit in a report on a victim."""
    decided = under.report.decided
    wanted = [(f"the role of {subject}", decided.role(subject) != "unknown") for subject in under.subjects]
    found = all_of(wanted, under.command('role {case} PERSON ROLE --reason "..."'))
    if not any(decided.role(subject) == "victim" for subject in under.subjects):
        return found
    others = [s.text for s in under.report.made.sentences() if any(p in s.text for p in decided.of_role("mule"))]
    told = " ".join(s.text for s in under.report.made.sentences() if s.text not in others)
    bad = words().culprits.search(re.sub(r'"[^"]*"', "", told))
    if bad:
        return Found(0.0, f"a victim is called {bad.group()!r}", "strike the word")
    return found if under.says("victim") else Found(0.0, "that the subject is a victim", "draft the report again")


def c14(under: Under) -> Found:
    """Every report that is known, the case's own one too, with its reference and day; none is said not to be there."""
    wanted = []
    for filed in known_reports(under.report.decided, under.report.before):
        wanted.append((f"the earlier report {filed.reference}", under.says(filed.reference)))
        wanted.append((f"its day, {filed.day}", under.says(str(filed.day))))
    if under.before and not wanted:
        todo = under.command("filed {case} --on DATE --reference REF --earlier")
        return Found(0.0, "the reference and the day of the report that this one continues", todo)
    if wanted and re.search(r"\bno earlier (?:case|report)\b", under.text, re.IGNORECASE):
        return Found(0.0, "an earlier report is known, and the text says that there is none", "draft the report again")
    return all_of(wanted, "draft the report again")


def c15(under: Under) -> Found:
    """Nothing that has no place in a report."""
    bad = no_place(under.text)
    return Found(1.0) if not bad else Found(0.0, "; ".join(bad), "strike it, and say in words what it showed")


def c16(under: Under) -> Found:
    """At most one attachment, a CSV of at most 1 MB."""
    files = under.attachments
    wrong = [f"{path.name} is no CSV" for path in files if path.suffix.lower() != ".csv"]
    wrong += [f"{path.name} has more than 1 MB" for path in files if path.stat().st_size > LONGEST_ATTACHMENT]
    wrong += [f"{len(files)} files"] if len(files) > 1 else []
    return Found(1.0) if not wrong else Found(0.0, "; ".join(wrong), "attach one CSV of at most 1 MB")


def c17(under: Under) -> Found:
    """Length, blocks, plain ASCII, no line breaks where none are taken, no blanks at the ends."""
    rules, text = under.report.regime.text, under.text
    wanted = [
        ("a text at all", bool(text.strip())),
        (f"at most {rules.characters} characters", rules.characters is None or len(text) <= rules.characters),
        ("plain ASCII", not rules.ascii or (text.isascii() and not under.report.form.unwritten)),
        ("no line breaks", rules.line_breaks or not re.search(r"[\r\n]", text)),
        ("no tabs", "\t" not in text),
        ("no blanks at the ends", text == text.strip()),
    ]
    if rules.blocks and rules.block_characters:
        blocks = under.report.form.blocks
        wanted.append((f"at most {rules.blocks} blocks", len(blocks) <= rules.blocks))
        wanted.append(("blocks that rejoin to the text", "".join(blocks) == text))
    found = all_of(wanted, under.command("report {case} --characters N"))
    if found.missing == "plain ASCII" and under.report.form.unwritten:
        return found._replace(missing=f"names in other letters: {', '.join(under.report.form.unwritten)}",
                              todo="write the name into the form's field, transcribed into the record")  # fmt: skip
    return found


def c18(under: Under) -> Found:
    """Acronyms expanded, movements in order of time, sentences of fewer than 35 words, no bullets."""
    sentences = [piece.sentence.text for piece in under.report.made.pieces if not piece.framed]
    long = [s for s in sentences if len(re.sub(r'"[^"]*"', "x", s).split()) >= LONG_SENTENCE]
    unexplained = [short for short in words().acronyms if under.says(short) and f"{short} is " not in under.text]
    return all_of(
        [
            (f"short sentences ({len(long)} of {len(sentences)} have {LONG_SENTENCE} words and more)", not long),
            ("the order of time", _in_order(under)),
            (f"what {', '.join(unexplained)} is short for", not unexplained),
            ("running text, no bullets", not re.search(r"^\s*[-*] ", under.text, re.MULTILINE)),
        ],
        "shorten or part the sentence in the memo; its grade is not measured",
    )


def _in_order(under: Under) -> bool:
    """Whether the movements stand in order of their first days, paragraph by paragraph."""
    days: list[str] = []
    seen = ""
    for piece in under.report.made.pieces:
        found = re.search(r"\d{4}-\d\d-\d\d", piece.sentence.text)
        if piece.rank != 10 or found is None or piece.made_of == seen:
            continue
        days, seen = ([] if piece.opens else days), piece.made_of
        if days and found.group() < days[-1]:
            return False
        days.append(found.group())
    return True
