"""What of a case must not leave the house is made known before the case is told to a model in running text."""

from casewright.agent.privacy.names import looking
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.privacy.shapes import kind_of
from casewright.knowledge.case import Case


def meet(case: Case, pseudonyms: Pseudonyms) -> None:
    """Make the pseudonyms know every id and name of the case and its evidence, those in outsiders' texts as well."""
    pseudonyms.learn("CASE", case.id)
    if case.alert:
        pseudonyms.learn("ALERT", case.alert.id)
    for subject in case.subjects:
        pseudonyms.learn(kind_of(subject.id), subject.id)
    seen: set[tuple[str, str, str, str]] = set()
    for evidence in case.evidence:
        for fact in (*evidence.facts, *evidence.cells()):
            for party in (fact.about, fact.other):
                if party:
                    pseudonyms.learn(kind_of(party), party)
            key = (fact.name, fact.kind, fact.unit, str(fact.value))
            if key in seen:
                continue
            seen.add(key)
            value = key[3]
            if kind := pseudonyms.kind_of_cell({"name": fact.name, "kind": fact.kind, "unit": fact.unit}, value):
                pseudonyms.learn(kind, value)
            elif fact.kind == "text":
                for start, end in looking(value, outsider=True):
                    pseudonyms.learn("PERSON", value[start:end])
