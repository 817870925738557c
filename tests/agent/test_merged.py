"""The case of a network: every sentence holds, each subject has its paragraphs, and a person can split it again."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.batch.merged import merged
from casewright.agent.batch.networks import Network, links_of, networks
from casewright.agent.demo import Step
from casewright.agent.grounding import check, replay_moved
from casewright.agent.investigate import investigate, resolve
from casewright.agent.review.joining import split
from casewright.agent.settings import Workspace
from casewright.agent.verification import moved_in
from casewright.knowledge.case import Case, Finding
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger

pytestmark = pytest.mark.xdist_group("demo")


@dataclass(frozen=True)
class Joined:
    """A network of the demo with the single cases of its subjects, and their one case."""

    network: Network
    cases: tuple[Case, ...]
    links: Evidence
    case: Case


@pytest.fixture(scope="module")
def ledger(demo_exchange: tuple[Path, list[Step]]) -> Iterator[Ledger]:
    with Ledger.open(Workspace.at(demo_exchange[0]).ledger) as found:
        yield found


@pytest.fixture(scope="module")
def joined(ledger: Ledger) -> list[Joined]:
    """The networks of more than one subject among the demo's alerts."""
    typologies = load([], catalogue()).typologies
    targets = [resolve(ledger, row[0]) for row in ledger.rows("select id from alerts order by id")]
    made = []
    for network in networks(ledger, targets):
        if len(network.targets) > 1:
            cases = tuple(investigate(ledger, network.targets, typologies))
            links = links_of(ledger, network)
            made.append(Joined(network, cases, links, merged(network, cases, links)))
    return made


def test_the_demo_holds_networks_of_several_kinds(joined: list[Joined]) -> None:
    assert len(joined) >= 3
    assert {edge.kind for one in joined for edge in one.network.edges} >= {"device", "address", "ip"}
    assert all(1 < len(one.network.subjects) <= 8 for one in joined)


def test_every_sentence_of_a_networks_case_holds_and_its_evidence_is_found_again(
    joined: list[Joined], ledger: Ledger
) -> None:
    for one in joined:
        memo = one.case.narrative
        found = check(memo.sentences, one.case, [section.title for section in memo.sections])
        assert (found.figures > 50, found.unsupported) == (True, ())
        assert replay_moved(one.case, ledger) == ()


def test_each_subject_is_named_where_its_paragraph_begins(joined: list[Joined]) -> None:
    for one in joined:
        for section in one.case.narrative.sections:
            if section.title in {"Still to do before a decision", "What cannot be known here"}:
                continue
            assert section.sentences[0].opens
            for sentence in section.sentences:
                if sentence.opens and not sentence.text.startswith(("Recommended for the case", "What joins nobody")):
                    assert any(name in sentence.text for name in one.network.subjects), sentence.text
        told = " ".join(s.text for section in one.case.narrative.sections[1:] for s in section.sentences)
        assert all(name in told for name in one.network.subjects)


def test_the_introduction_shows_what_joins_them(joined: list[Joined]) -> None:
    for one in joined:
        text = " ".join(s.text for s in one.case.narrative.sections[0].sentences)
        assert text.startswith(", ".join(one.case.subjects[n].id for n in range(len(one.cases) - 1)))
        assert all(edge.shared in text for edge in one.network.edges[:6])
        assert not any("No other account" in s.text for s in one.case.narrative.sentences)  # it would deny that
        for name in one.network.subjects:
            assert f"This memo concerns account {name}" in text


def test_what_all_memos_say_is_said_once_and_the_length_can_be_read(joined: list[Joined]) -> None:
    for one in joined:
        texts = [s.text for s in one.case.narrative.sentences]
        assert sum("No earlier case" in t or "no exposure to a labelled address" in t.lower() for t in texts) <= 1
        words = sum(len(text.split()) for text in texts)
        assert words < 0.75 * sum(len(s.text.split()) for c in one.cases for s in c.narrative.sentences)
        assert 500 <= words <= 650 + 250 * len(one.cases)


def test_evidence_and_findings_of_all_are_in_the_case_under_its_own_numbers(joined: list[Joined]) -> None:
    for one in joined:
        ids = [found.id for found in one.case.evidence]
        assert ids == [f"E{n}" for n in range(1, len(ids) + 1)]
        assert one.case.evidence[: len(one.cases[0].evidence)] == one.cases[0].evidence
        assert one.case.evidence[-1] == one.links.with_id(ids[-1])
        kept = [found.with_id("") for found in one.case.evidence]
        assert all(found.with_id("") in kept for case in one.cases for found in case.evidence)
        assert all(kept.count(found) == 1 for found in kept)
        by_id = {found.id: found.with_id("") for found in one.case.evidence}
        for case in one.cases:
            own = {found.id: found.with_id("") for found in case.evidence}
            for finding in case.findings:
                same = [f for f in one.case.findings if _words(f) == _words(finding)]
                assert [own[name] for name in finding.evidence] in [[by_id[name] for name in f.evidence] for f in same]
        assert one.case.alert == one.cases[0].alert
        assert one.case.id == one.cases[0].id
        matches = {match.id: match.score for match in one.case.typologies}
        assert matches == {
            name: max(m.score for case in one.cases for m in case.typologies if m.id == name) for name in matches
        }
        assert matches.keys() == {m.id for case in one.cases for m in case.typologies}


def _words(finding: Finding) -> tuple[str, str, str]:
    return finding.statement, finding.about, finding.speaks


def test_the_gravest_recommendation_is_the_cases(joined: list[Joined]) -> None:
    one = joined[0]
    for words, expected in (
        (("close", "more information needed"), "more information needed"),
        (("more information needed", "escalate"), "escalate"),
        (("close", "close"), "close"),
    ):
        cases = [case.model_copy(update={"recommendation": word}) for case, word in zip(one.cases, words, strict=False)]
        network = replace(one.network, targets=one.network.targets[:2])
        assert merged(network, cases, one.links).recommendation == expected
    assert one.case.subjects[0].id in one.case.narrative.sections[-1].sentences[0].text  # a report quotes its grounds
    alone = replace(one.network, targets=one.network.targets[:1])
    assert merged(alone, one.cases[:1], one.links) is one.cases[0]


def test_points_that_the_network_answers_are_gone_and_those_kept_apart_are_told(joined: list[Joined]) -> None:
    asked = {point.command for one in joined for case in one.cases for point in case.not_looked_at}
    for one in joined:
        left = [point.command for point in one.case.not_looked_at]
        whole = [(point.what, point.command) for point in one.case.not_looked_at]
        assert not any(command == f"casewright investigate {name}" for command in left for name in one.network.subjects)
        assert len(whole) == len(set(whole))
        beyond = [point for point in one.case.not_looked_at if "have cases of their own" in point.what]
        assert bool(beyond) == bool(one.network.apart)
    assert any(f"casewright investigate {name}" in asked for one in joined for name in one.network.subjects)


def test_grounds_that_are_turned_round_do_not_pass_for_being_in_a_networks_memo(joined: list[Joined]) -> None:
    one = joined[0]
    told = [s for s in one.case.narrative.sentences if "for suspicion speak" in s.text]
    assert told
    turned = [
        s.model_copy(update={"text": re.sub(r"for suspicion speak", "against it", s.text, count=1)}) for s in told
    ]
    assert {found.sentence for found in check(turned, one.case).unsupported} == {s.text for s in turned}


def test_a_person_splits_a_subject_off_and_both_cases_hold(
    joined: list[Joined], demo_exchange: tuple[Path, list[Step]], tmp_path: Path, casewright: Callable[..., Any]
) -> None:
    one = next(one for one in joined if len(one.cases) > 2)
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "casewright.toml").write_bytes((demo_exchange[0] / "casewright.toml").read_bytes())
    workspace = Workspace.at(folder)
    workspace.ledger.parent.mkdir(parents=True)
    workspace.ledger.symlink_to(Workspace.at(demo_exchange[0]).ledger)
    gone = one.network.subjects[1]
    with Store.open(workspace.cases) as store:
        store.save_case(one.case, "night batch")
        parted = split(workspace, store, one.case.id, gone, "mei", "another person's device")
        left, own = store.load_case(one.case.id), store.load_case(parted.own.id)
    assert [subject.id for subject in own.subjects] == [gone]
    assert {subject.id for subject in left.subjects} == set(one.network.subjects) - {gone}
    assert left.evidence[-1].tool == own.evidence[-1].tool == "links"
    for case in (left, own):
        titles = [section.title for section in case.narrative.sections]
        assert {"Introduction", "What happened", "Why it is unusual", "Conclusion"} <= set(titles)
        assert check(case.narrative.sentences, case, titles).unsupported == ()
        assert moved_in(case, workspace) == ()
        assert "all supported" in casewright("-w", folder, "verify", case.id).out
    assert not any(gone in (finding.about or "") for finding in left.findings)
    assert {finding.about for finding in own.findings} == {gone}
    assert f"This memo concerns account {gone}" in " ".join(s.text for s in own.narrative.sentences)
    shared = [s for s in parted.lost if "alike: " not in s.text and not s.text.startswith("All ")]
    assert len(shared) <= 3
