"""What leaves for a model is tokens, what comes back is the things themselves; held on the bodies a server received."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_openai import ChatOpenAI
from loopback import Loopback, calls, says

from casewright.agent.privacy.guarded import Guarded
from casewright.agent.privacy.leaks import Leak, check
from casewright.agent.privacy.of_workspace import pseudonyms_of
from casewright.agent.privacy.outgoing import tokenised
from casewright.agent.privacy.pseudonyms import Pieces, Pseudonyms
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import PolicyError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

TRON = "TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF"
EVM = "0x1b84b322ff6aea901435f28533dc3e6a7e76ebbf"
HASH = "2a3ff27347e57be01dcc28937eaff5369c60d2f0a76e726893dde06257aae0b7"
SECRET = (
    *("C-14330", "C-10482", "Vanessa Lim Hao", "VANESSA", "Quek Bee Khim", "QUEK BEE KHIM", "Nordhaus Feinkost"),
    *(TRON, EVM, HASH, "DBS-4030631816", "D-a72a2e823174", "10.105.218.61", "Tecb41371485459a", "A-QVZU7M"),
    *("wei.tan@example.org", "+65 9123 4567", "DE89370400440532013000", "S1234567D", "12 Orchard Road"),
)
TOOL = {
    "type": "function",
    "function": {
        "name": "flows",
        "description": "What came in and went out, for an STR or a case like CASE-C-14330.",
        "parameters": {"type": "object", "properties": {"subjects": {"type": "array", "items": {"type": "string"}}}},
    },
}


@pytest.fixture
def ledger(make_ledger: Callable[..., Ledger], workspace: Workspace) -> Ledger:
    memo = "QUEK BEE KHIM | rent, call +65 9123 4567 or wei.tan@example.org, 12 Orchard Road #05-01"
    rows = [
        {"src": "DBS-4030631816", "dst": "C-14330", "at": "2025-05-14T04:21:00Z", "usd": "15702.62", "kind": "fiat_in",
         "asset": "SGD", "network": "fast", "id": "Tecb41371485459a", "memo": memo},
        {"src": "C-14330", "dst": TRON, "at": "2025-05-14T07:23:56Z", "usd": "15000.00", "network": "tron",
         "hash": HASH, "id": "T0d48960ddc351cb", "memo": "PERSON_1 was cleared; IBAN DE89370400440532013000"},
        {"src": "C-10482", "dst": EVM, "at": "2025-05-15T07:23:56Z", "usd": "20.00", "memo": "S1234567D"},
    ]  # fmt: skip
    people = [
        {"id": "C-14330", "name": "Vanessa Lim Hao", "kind": "person", "born": "2001-02-03", "country": "SG"},
        {"id": "C-10482", "name": "Quek Bee Khim", "kind": "person", "country": "SG"},
    ]
    logins = [{"subject": "C-14330", "at": "2025-05-14T06:46:26Z", "device": "D-a72a2e823174", "ip": "10.105.218.61"}]
    labels = [{"id": TRON, "name": "Nordhaus Feinkost", "category": "exchange"}]
    return make_ledger(rows, path=workspace.ledger, customers=people, logins=logins, labels=labels)


@pytest.fixture
def hidden(ledger: Ledger, workspace: Workspace) -> Iterator[Pseudonyms]:
    found = pseudonyms_of(workspace, "CASE-A-QVZU7M")
    yield found
    found.close()


def content(evidence: Evidence) -> str:
    plain = evidence.model_dump(mode="json", exclude={"query"})
    return json.dumps(plain | {"tables": [{**table, "more": 0} for table in plain["tables"]]})


def conversation(ledger: Ledger) -> list[BaseMessage]:
    """A case in talk: the context, a question with a name in it, and what seven tools answered."""
    case = {"id": "CASE-A-QVZU7M", "alert": "A-QVZU7M", "subjects": ["C-14330"], "evidence": [{"id": "E1"}]}
    context = json.dumps({"today": "2025-06-30", "currency": "SGD", "case": case})
    messages: list[BaseMessage] = [
        SystemMessage(f"You help an investigator.\n\n```context\n{context}\n```"),
        HumanMessage("Draft the STR on Vanessa Lim Hao (c-14330, C-14330). Does she know QUEK BEE KHIM or C-10482?"),
    ]
    tools = ("customer", "transfers", "payers", "logins", "labels", "flows", "timeline")
    for number, tool in enumerate(tools, 1):
        answer = toolbox.call(ledger, tool, subjects("C-14330", TRON)).with_id(f"E{number}")
        asked = {"name": tool, "args": {"subjects": ["C-14330", TRON]}, "id": f"call_{number}"}
        messages += [
            AIMessage(f"I ask {tool} about Vanessa.", tool_calls=[asked]),
            ToolMessage(content(answer), tool_call_id=f"call_{number}", name=tool),
        ]
    return messages


def model(server: Loopback) -> ChatOpenAI:
    return ChatOpenAI(model="loopback", base_url=server.url, api_key="none", use_responses_api=False, max_retries=0)  # type: ignore[arg-type]


def test_nothing_that_names_anybody_is_in_the_bodies_that_a_server_receives(ledger: Ledger, hidden: Pseudonyms) -> None:
    with Loopback([says("Noted."), says("Noted.")]) as server:
        guarded = Guarded(model=model(server), pseudonyms=hidden).bind_tools([TOOL])
        guarded.invoke(conversation(ledger))
        list(guarded.stream(conversation(ledger)))
    assert len(server.requests) == 2
    for body in server.requests:
        text = json.dumps(body, ensure_ascii=False)
        assert [secret for secret in SECRET if secret.lower() in text.lower()] == []
        assert not any(word in text for word in ("STR", "SAR", "Vanessa", "Orchard", "2001-02-03"))
        assert "15702.62" in text  # amounts, assets, times and countries are what the model works with
        assert all(kept in text for kept in ("2025-05-14T04:21:00Z", "SGD", "SG", "tron", "USDT"))
        assert body["tools"][0]["function"]["name"] == "flows"


def test_what_comes_back_speaks_of_the_things_themselves(ledger: Ledger, hidden: Pseudonyms) -> None:
    sent = json.dumps([message.content for message in tokenised(conversation(ledger), hidden)])
    assert "ACCT_1" in sent
    address = hidden.token("ADDR", TRON)
    reply = f"PERSON_1 (ACCT_1) sent USD 15,000.00 to {address}. [E2]"
    with Loopback([says(reply), says(reply), calls(("flows", {"subjects": ["ACCT_1", address]}))]) as server:
        guarded = Guarded(model=model(server), pseudonyms=hidden).bind_tools([TOOL])
        wanted = f"Vanessa Lim Hao (C-14330) sent USD 15,000.00 to {TRON}. [E2]"
        assert guarded.invoke(conversation(ledger)).content == wanted
        assert "".join(str(chunk.content) for chunk in guarded.stream(conversation(ledger))) == wanted
        asked = guarded.invoke(conversation(ledger))
    assert asked.tool_calls[0]["args"] == {"subjects": ["C-14330", TRON]}


def test_streamed_calls_of_tools_are_restored_though_their_arguments_come_in_halves(
    ledger: Ledger, hidden: Pseudonyms
) -> None:
    with Loopback(
        [calls(("flows", {"subjects": ["ACCT_1"]}), ("flows", {"subjects": ["ACCT_1", "ACCT_77"]}))]
    ) as server:
        guarded = Guarded(model=model(server), pseudonyms=hidden).bind_tools([TOOL])
        whole: Any = None
        for chunk in guarded.stream(conversation(ledger)):
            whole = chunk if whole is None else whole + chunk
    assert [call["args"] for call in whole.tool_calls] == [
        {"subjects": ["C-14330"]},
        {"subjects": ["C-14330", "ACCT_77"]},
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11])
def test_a_token_that_pieces_split_comes_back_whole(size: int) -> None:
    hidden = Pseudonyms()
    for number in range(1, 13):
        hidden.token("ADDR", f"0x{number:040x}")
    person = hidden.token("PERSON", 'Ong "Ray" Li')
    text = f"From ADDR_1 and ADDR_12, of {person}; ADDR_99 is none. AN ADDRESS, ADD_1, xADDR_1, **ADDR_2** ADDR"
    pieces = Pieces(hidden)
    told = [pieces.take(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join([*told, pieces.rest()]) == hidden.restore(text)
    assert f'0x{1:040x} and 0x{12:040x}, of Ong "Ray" Li; ADDR_99 is none.' in hidden.restore(text)


def test_pieces_that_begin_no_token_are_not_held_back() -> None:
    pieces = Pieces(Pseudonyms())
    assert pieces.take("It received USD 5.00 in May") == "It received USD 5.00 in May"
    assert pieces.take(" from PER") == " from "
    assert pieces.take("haps two") == "PERhaps two"


def test_names_are_escaped_where_they_come_back_into_json() -> None:
    hidden = Pseudonyms()
    token = hidden.token("PERSON", 'Ong "Ray" \\ Li')
    pieces = Pieces(hidden, quoted=True)
    told = "".join([pieces.take(f'{{"name": "{token[:4]}'), pieces.take(f'{token[4:]}"}}'), pieces.rest()])
    assert json.loads(told) == {"name": 'Ong "Ray" \\ Li'}


def test_a_token_of_somebody_elses_making_stands_for_itself() -> None:
    hidden = Pseudonyms()
    assert hidden.token("PERSON", "Vanessa Lim Hao") == "PERSON_1"
    sent = hidden.hide("The memo says PERSON_1 is cleared.", outsider=True)
    assert sent == "The memo says WORD_1 is cleared."
    assert hidden.restore(sent) == "The memo says PERSON_1 is cleared."


def test_numbers_are_kept_for_a_case_and_say_nothing_in_another(tmp_path: Path) -> None:
    first, again, other = (Pseudonyms(case, tmp_path) for case in ("CASE-1", "CASE-1", "CASE-2"))
    names = ["Tan Wei Ming", "Vanessa Lim Hao", "Quek Bee Khim"]
    assert [first.token("PERSON", name) for name in names] == ["PERSON_1", "PERSON_2", "PERSON_3"]
    assert [again.token("PERSON", name) for name in reversed(names)] == ["PERSON_3", "PERSON_2", "PERSON_1"]
    assert other.token("PERSON", "Quek Bee Khim") == "PERSON_1"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Wei" not in kept
    assert b"CASE-1" not in kept
    assert (tmp_path / "tokens.key").stat().st_mode & 0o077 == 0
    for each in (first, again, other):
        each.close()


def test_spellings_of_a_name_share_its_number_and_come_back_as_written() -> None:
    hidden = Pseudonyms()
    hidden.learn("PERSON", "Tan Wei Ming")
    text = "Tan Wei Ming, TAN WEI MING and WEI MING TAN"
    assert hidden.hide(text) == "PERSON_1, PERSON_1B and PERSON_1C"
    assert hidden.restore(hidden.hide(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "It received SGD 84,400.00 in 4 transfers on 2025-05-14 at 15:23:56 SGT (07:23:56 UTC).",
        "62,181.996775 USDT, 0.002661000000000000 BTC, 98% of 105 peers, SAR 5,000.00, 3 SGD/USDT, E12, E3",
        "Of USDT-TRC20 on tron and ERC-20 in 2025; a student in Hong Kong SAR; in May it rose. PSN02, 31 CFR 1022.320",
        "Between 2024-12-31T23:59:59Z and 2025-03-01, a median of 72 minutes, over 6 hops, for 1,204 legs.",
    ],
)
def test_amounts_assets_times_and_countries_stay(text: str) -> None:
    hidden = Pseudonyms(listed=lambda: ["May Hope Long", "Tan Wei Ming"], like=["C-10482"])
    assert hidden.hide(text) == text
    check({"messages": [text]}, hidden)


@pytest.mark.parametrize("secret", [s for s in SECRET if s not in ("A-QVZU7M", "VANESSA", "Nordhaus Feinkost")])
def test_what_was_not_hidden_is_not_sent(secret: str, ledger: Ledger, workspace: Workspace) -> None:
    hidden = pseudonyms_of(workspace, "CASE-A-QVZU7M")
    with pytest.raises(Leak, match="nothing was sent"):
        check({"messages": [{"content": f"It was {secret}, they say."}]}, hidden)
    with pytest.raises(Leak):
        check(
            {
                "messages": [
                    {"content": json.dumps({"rows": [{"memo": f"by {secret if secret == TRON else secret.upper()}"}]})}
                ]
            },
            hidden,
        )
    hidden.close()


class Careless(Pseudonyms):
    """Tokens whose hiding misses all names and ids: the last look is what stands between them and the network."""

    def hide(self, text: str, *, outsider: bool = False) -> str:
        return text

    def token(self, kind: str, value: str) -> str:
        return value


def test_a_fault_in_hiding_ends_the_call_before_anything_leaves(ledger: Ledger) -> None:
    careless = Careless()
    with Loopback([says("Noted."), says("Noted.")]) as server:
        guarded = Guarded(model=model(server), pseudonyms=careless)
        for messages in (conversation(ledger), conversation(ledger)[:2]):
            with pytest.raises(Leak, match="would have left for the model"):
                guarded.invoke(messages)
            with pytest.raises(Leak):
                list(guarded.stream(messages))
    assert server.requests == []


def test_a_report_is_never_told_of(ledger: Ledger, hidden: Pseudonyms) -> None:
    told = [
        "Draft the STR narrative.", "the suspicious transaction report", "Suspicious Activity Reports", "two SARs",
        "SAR/STR drafts", "die Verdachtsmeldung", "可疑交易报告", "send it to STRO by SONAR", "file it with the FIU",
    ]  # fmt: skip
    for text in told:
        sent = str(tokenised([HumanMessage(text)], hidden)[0].content)
        assert "memo" in sent
        check({"messages": [sent]}, hidden)
        with pytest.raises(Leak, match="word"):
            check({"messages": [text]}, hidden)


def test_only_text_is_sent(hidden: Pseudonyms) -> None:
    picture = HumanMessage([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}])
    with pytest.raises(PolicyError, match="only text"):
        tokenised([picture], hidden)


class Slow(BaseChatModel):
    """A model of a provider that cannot stream."""

    @property
    def _llm_type(self) -> str:
        return "slow"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(f"I read: {messages[-1].content}"))])


def test_a_model_that_cannot_stream_is_guarded_as_well(hidden: Pseudonyms) -> None:
    guarded = Guarded(model=Slow(), pseudonyms=hidden)
    said = "".join(str(chunk.content) for chunk in guarded.stream("What of C-14330?"))
    assert said == "I read: What of C-14330?"
