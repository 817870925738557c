"""Words that tell that a report to an authority exists or is being written: a provider reads "memo" instead.

That a report exists is the most sensitive thing in the house (31 USC 5318(g)(2), CDSA s57); the facts beside it are
not the report. What is replaced is not restored: a model has no need to say these words.
"""

import re

_REPORT = (
    r"suspicious[ -](?:transactions?|activit(?:y|ies)|matters?)[ -]reports?(?:ing)?(?:\s+narratives?)?",
    r"unusual[ -](?:transactions?|activit(?:y|ies))[ -]reports?",
    r"\b(?:SAR|STR|SMR|UAR|UTR|DAML)/(?:SAR|STR|SMR)s?\b(?:[ -](?:drafts?|narratives?|filings?|forms?))?",
    # SAR is a currency and a part of two names as well
    r"(?<!\d )(?<!Hong Kong )(?<!Maca[ou] )\bSAR\b(?! ?[\d,]+\.\d\d)(?:[ -](?:drafts?|narratives?|filings?|forms?))?",
    r"\b(?:STR|SMR|UAR|DAML|SARs|STRs|SMRs)\b(?:[ -](?:drafts?|narratives?|filings?|forms?))?",
    r"\bSTRO\b|\bgoAML\b|\bSONAR\b|\bUKFIU\b|\bFIUs?\b|\bfinancial intelligence units?\b",
    r"Geldwäscheverdachtsmeldung\w*|Verdachtsmeldung\w*|déclarations? de soupçon|可疑(?:交易|活动)报告",
    r"laporan transaksi (?:mencurigakan|yang mencurigakan)|reportes? de operaciones? sospechosas?",
)
_WORDS = re.compile("|".join(f"(?:{word})" for word in _REPORT))
_ANY_CASE = re.compile("|".join(f"(?:{word})" for word in (*_REPORT[:2], *_REPORT[6:])), re.IGNORECASE)
INSTEAD = "memo"


def neutral(text: str) -> str:
    """TEXT with "memo" in place of every such word."""
    return _WORDS.sub(INSTEAD, _ANY_CASE.sub(INSTEAD, text))


def revealing(text: str) -> str:
    """The first such word in TEXT, empty where there is none."""
    found = _ANY_CASE.search(text) or _WORDS.search(text)
    return found.group() if found else ""
