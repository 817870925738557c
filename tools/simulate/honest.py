"""What ordinary customers do, all at once: episodes of paying in, trading, holding, sending on, selling, paying out.

Every episode spends only what it brought, so that balances stay above zero whichever way episodes overlap, and whatever
falls beyond the period's end is simply missing. What stays in the account at the end of its episodes may leave at once
when somebody leaves the exchange.
"""

from dataclasses import dataclass

import numpy as np

from casewright.tools.simulate.book import KIND, NETWORK, Book
from casewright.tools.simulate.chain import NETWORK_FEES, Chain
from casewright.tools.simulate.habits import FAVOURITES, Calendar, Habits
from casewright.tools.simulate.market import ASSETS, CODE, QUANTUM, UNIT, Floats, Ints, Market
from casewright.tools.simulate.people import REFERENCED, WORDS, Bools
from casewright.tools.simulate.plan import DAY, Plan
from casewright.tools.simulate.stage import Stage

_FEE = 1000  # one part in a thousand
_CRYPTO = np.array([CODE[symbol] for symbol, _, _ in FAVOURITES])
_ROUND = np.array([1, 10, 50, 100, 500])


@dataclass
class Episodes:
    """Episodes under way: what each holds at the moment, since when; `on` is false once nothing more can happen."""

    row: Ints  # of the habits
    at: Ints
    asset: Ints
    held: Ints
    fiat_held: Ints
    on: Bools


class Crowd:
    """The honest customers of a plan, who write their rows into the book."""

    def __init__(self, plan: Plan, market: Market, book: Book, chain: Chain, stage: Stage, habits: Habits) -> None:
        self.plan, self.market, self.book, self.chain = plan, market, book, chain
        self.stage, self.habits = stage, habits
        crowd = slice(len(stage.crowd))
        self.calendar = Calendar(plan, market, habits.opened[crowd], habits.rate[crowd])
        self._references = book.texts.codes([*WORDS["references"]])
        self.sessions: list[tuple[Ints, Ints]] = []  # customer, second: when somebody must have been logged in
        self._left: list[Episodes] = []
        self._count = 0  # episodes so far

    def live(self, transfers: int) -> None:
        """Fill the book with about so many more transfers, and everything that cast customers asked for."""
        wanted, made = transfers, len(self.book)
        self._requested()
        for turn in range(4):
            missing = wanted - (len(self.book) - made)
            if missing < max(50, wanted // 400):
                break
            per_episode = 4.3 if turn == 0 else (len(self.book) - made) / max(1, self._count)
            portion = 0.8 if turn == 0 else 1.0
            self._episodes(turn, max(1, int(missing * portion / per_episode)))
        self._leavers()

    def _episodes(self, turn: int, count: int) -> None:
        rng = np.random.default_rng([self.plan.seed, 106, turn])
        size = len(self.stage.crowd)
        weights = self.habits.rate[:size] / self.habits.rate[:size].sum()
        row = rng.choice(size, count, p=weights)
        if turn == 0:
            row[: min(size, count)] = np.arange(size)[:count]
        since = np.maximum(self.habits.opened[row], self.plan.history + DAY)
        until = np.full(count, self.plan.until)
        at = self.calendar.moments(rng, since, until, self.habits.office[row])
        self._count += count
        self._play(rng, row, at)

    def _requested(self) -> None:
        lives = self.stage.lives
        if lives:
            rng = np.random.default_rng([self.plan.seed, 106, 99])
            table = np.array(lives, dtype=np.int64)
            table = np.repeat(table, table[:, 3], axis=0)
            row = self.habits.row_of[table[:, 0]]
            at = self.calendar.moments(rng, table[:, 1], table[:, 2], self.habits.office[row])
            self._play(rng, row, at, limit=table[:, 2])

    def _play(self, rng: np.random.Generator, row: Ints, at: Ints, *, limit: Ints | None = None) -> None:
        """Play each episode to its end. LIMIT: nothing may happen later (the past of cast customers)."""
        if limit is None:
            limit = np.full(len(row), self.plan.until)
        self._limit = limit
        on_chain = self.habits.depositor[row] & (rng.random(len(row)) < 0.55)
        for rows, arrive in ((~on_chain, self._pay_in), (on_chain, self._bring)):
            self._limit = limit[rows]
            episodes = arrive(rng, row[rows], at[rows])
            self._swap(rng, episodes)
            self._move_on(rng, episodes, sellers=0.8 if arrive == self._bring else 0.24)
            self._left.append(episodes)

    # arriving

    def _pay_in(self, rng: np.random.Generator, row: Ints, at: Ints) -> Episodes:
        """Fiat from the bank; about 60% buys crypto within a day, some later, some never."""
        h, n = self.habits, len(row)
        usd = h.monthly_usd[row] * np.exp(rng.normal(-2.4, 0.9, n)) * np.where(h.office[row], 0.5, 1.0)
        step = rng.choice(_ROUND, n, p=[0.06, 0.16, 0.22, 0.4, 0.16]) * 10**8
        units = self.market.fiat_units(h.fiat[row], np.clip(usd, 15, 400_000), at)
        units = np.where(units > step, units // step * step, np.maximum(units // 10**9 * 10**9, 2 * 10**9))
        cents = rng.random(n) < 0.08
        units += np.where(cents, rng.integers(1, 100, n) * 10**6, 0)
        kin = (h.other_payer[row] >= 0) & (rng.random(n) < 0.5)
        network = rng.choice([NETWORK["paynow"], NETWORK["fast"], NETWORK["card"]], n, p=[0.66, 0.31, 0.03])
        network = np.where(h.fiat[row] == CODE["EUR"], NETWORK["sepa"], network)
        memo = np.where(rng.random(n) < REFERENCED, rng.choice(self._references, n), 0)
        self.book.add(epoch=at, src=np.where(kin, h.other_payer[row], h.bank[row]), dst=h.customer[row],
                      kind=KIND["fiat_in"], network=network, asset=h.fiat[row], amount=units, memo=memo,
                      where=at < self._limit)  # fmt: skip
        self._session(rng, row, at)
        when = rng.random(n)
        later = np.where(
            when < np.where(h.forwarder[row], 0.8, 0.58),
            _pause(rng, n, 1500, 1.3, 20, 80_000),
            _pause(rng, n, 6 * DAY, 0.8, DAY, 90 * DAY),
        )
        asset = np.where(rng.random(n) < 0.7, h.asset[row], rng.choice(_CRYPTO, n))
        spend = np.where(
            rng.random(n) < np.where(h.forwarder[row], 0.93, 0.66),
            units,
            _part(units, rng.uniform(0.3, 0.95, n), 10**6),
        )
        on = (at < self._limit) & (when < 0.88)
        episodes = Episodes(row, at + later, asset, np.zeros(n, dtype=np.int64), units, on)
        self._buy(episodes, spend)
        back = (when >= 0.88) & (rng.random(n) < 0.5)
        at = at + later
        self._pay_out(rng, episodes, at, back & (at < self._limit))
        return episodes

    def _bring(self, rng: np.random.Generator, row: Ints, at: Ints) -> Episodes:
        """Crypto from the customer's own wallet or another exchange."""
        h, n = self.habits, len(row)
        asset, network = h.asset[row], h.network[row]
        usd = np.clip(h.monthly_usd[row] * np.exp(rng.normal(-1.7, 1.1, n)), 20, 600_000)
        units = _part((usd / self.market.price(asset, at) * UNIT).astype(np.int64), np.ones(n), QUANTUM[asset])
        source = np.where(rng.random(n) < 0.7, h.wallet[row], self.chain.exchanges(rng, network))
        on = (at < self._limit) & (units > 0)
        self.book.add(epoch=at, src=source, dst=h.customer[row], kind=KIND["deposit"], network=network, asset=asset,
                      amount=units, where=on)  # fmt: skip
        self._session(rng, row, at + 60)
        own = on & (source == h.wallet[row])
        seed = [self.plan.seed, 107, int(rng.integers(2**31))]
        self.chain.surround(seed, at[own] - _pause(rng, n, 7200, 1.5, 60, 30 * DAY)[own], asset[own], network[own],
                            units[own], source[own], backward=True)  # fmt: skip
        return Episodes(row, at, asset, units, np.zeros(n, dtype=np.int64), on)

    # trading

    def _buy(self, e: Episodes, spend: Ints) -> None:
        """Fiat into crypto, the fee on top."""
        h = self.habits
        fiat = h.fiat[e.row]
        e.on &= e.at < self._limit
        given = _part(np.minimum(spend, e.fiat_held), np.full(len(spend), _FEE / (_FEE + 1)), 10**6)
        cents = self.market.usd_cents(fiat, given, e.at)
        got = _bought(cents / 100, self.market.traded(e.asset, e.at, 1), e.asset)
        e.on &= (got > 0) & (given > 0)
        self._trade(e, fiat, given, e.asset, got, cents)
        fee = given // _FEE // 10**6 * 10**6
        e.fiat_held = e.fiat_held - np.where(e.on, given + fee, 0)
        e.held = e.held + np.where(e.on, got, 0)

    def _swap(self, rng: np.random.Generator, e: Episodes) -> None:
        """Some change their mind about what to hold, traders more often."""
        for _ in range(3):
            n = len(e.row)
            at = e.at + _pause(rng, n, 2 * DAY, 1.4, 60, 120 * DAY)
            asset = rng.choice(_CRYPTO, n)
            goes = e.on & (rng.random(n) < np.where(self.habits.trader[e.row], 0.55, 0.07)) & (asset != e.asset)
            goes &= at < self._limit
            given = _part(e.held, np.full(n, _FEE / (_FEE + 1)), QUANTUM[e.asset])
            usd = np.floor(given / UNIT * self.market.traded(e.asset, at, -1) * 100).astype(np.int64)
            got = _bought(usd / 100, self.market.traded(asset, at, 1), asset)
            goes &= (got > 0) & (usd > 500)
            step = Episodes(e.row, at, e.asset, e.held, e.fiat_held, goes)
            self._trade(step, e.asset, given, asset, got, usd)
            e.held, e.asset, e.at = (
                np.where(goes, got, e.held),
                np.where(goes, asset, e.asset),
                np.where(goes, at, e.at),
            )

    def _sell(self, e: Episodes, at: Ints, goes: Bools, share: Floats) -> None:
        """Crypto into fiat."""
        fiat = self.habits.fiat[e.row]
        given = _part(e.held, share * _FEE / (_FEE + 1), QUANTUM[e.asset])
        usd = given / UNIT * self.market.traded(e.asset, at, -1)
        got = self.market.fiat_units(fiat, usd, at)
        goes &= (given > 0) & (got > 0) & (at < self._limit)
        step = Episodes(e.row, at, e.asset, e.held, e.fiat_held, goes)
        self._trade(step, e.asset, given, fiat, got, self.market.usd_cents(fiat, got, at))
        fee = given // _FEE // QUANTUM[e.asset] * QUANTUM[e.asset]
        e.held = e.held - np.where(goes, given + fee, 0)
        e.fiat_held = e.fiat_held + np.where(goes, got, 0)
        e.at = np.where(goes, at, e.at)

    def _trade(self, e: Episodes, give: Ints, given: Ints, take: Ints, got: Ints, cents: Ints) -> None:
        who = self.habits.customer[e.row]
        self.book.add(epoch=e.at, src=who, dst=who, kind=KIND["trade"], network=NETWORK["internal"], asset=give,
                      amount=given, usd=cents, asset_in=take, amount_in=got, where=e.on)  # fmt: skip
        fee = given // _FEE // QUANTUM[give] * QUANTUM[give]
        self._charge(who, e.at, give, fee, e.on & (fee > 0))

    # leaving

    def _move_on(self, rng: np.random.Generator, e: Episodes, *, sellers: float) -> None:
        """To the own wallet, sold and paid out, handed to a friend, sold peer to peer, or kept."""
        n, h = len(e.row), self.habits
        draw = rng.random(n)
        forwards = np.where(h.forwarder[e.row], 0.85, 0.035)
        at = e.at + np.where(h.forwarder[e.row], _pause(rng, n, 2400, 1.2, 30, 80_000),
                             _pause(rng, n, 8 * DAY, 1.3, 300, 300 * DAY))  # fmt: skip
        self._withdraw(rng, e, at, e.on & (draw < forwards))
        sold = e.on & (draw >= forwards) & (draw < forwards + sellers)
        quick = sellers > 0.5
        at = e.at + (
            _pause(rng, n, 2400, 1.4, 20, 20 * DAY) if quick else _pause(rng, n, 18 * DAY, 1.2, 300, 400 * DAY)
        )
        share = np.where(rng.random(n) < (0.8 if quick else 0.6), 1.0, rng.uniform(0.2, 0.95, n))
        self._sell(e, at, sold, share)
        out = sold & (rng.random(n) < (0.88 if quick else 0.75))
        at = e.at + _pause(rng, n, 2500 if quick else 14_000, 1.6, 20, 30 * DAY)
        self._pay_out(rng, e, at, out & (at < self._limit))
        handed = e.on & (draw > 0.975)
        self._hand_on(rng, e, e.at + _pause(rng, n, DAY, 1.5, 60, 60 * DAY), handed & (draw > forwards + sellers))

    def _withdraw(self, rng: np.random.Generator, e: Episodes, at: Ints, goes: Bools) -> None:
        h = self.habits
        fallback = np.array([next(NETWORK[name] for symbol, name, _ in FAVOURITES if CODE[symbol] == code)
                             if code in _CRYPTO else 0 for code in range(len(ASSETS))])  # fmt: skip
        same = e.asset == h.asset[e.row]
        network = np.where(same, h.network[e.row], fallback[e.asset])
        fees = np.zeros((len(ASSETS), 4), dtype=np.int64)
        for (asset, chain), charge in NETWORK_FEES.items():
            fees[asset, chain] = charge
        fee = fees[e.asset, network]
        share = np.where(rng.random(len(at)) < 0.75, 1.0, rng.uniform(0.3, 0.98, len(at)))
        units = _part(e.held, share, QUANTUM[e.asset]) - fee
        goes &= (units > 3 * fee) & (at < self._limit)
        to = h.wallet[e.row].copy()
        elsewhere = goes & ~same
        to[elsewhere] = self.stage.parties.addresses(network[elsewhere])
        draw = rng.random(len(at))
        for low, high, popular in (
            (0.0, 0.11, self.chain.popular(rng, network)),
            (0.11, 0.15, self.chain.shops(rng, network)),
        ):
            chosen = goes & (draw >= low) & (draw < high)
            to[chosen] = popular[chosen]
        who = h.customer[e.row]
        self.book.add(epoch=at, src=who, dst=to, kind=KIND["withdrawal"], network=network, asset=e.asset, amount=units,
                      where=goes)  # fmt: skip
        self._charge(who, at, e.asset, fee, goes)
        self._session(rng, e.row[goes], at[goes])
        seed = [self.plan.seed, 108, int(rng.integers(2**31))]
        own = goes & (draw >= 0.15)
        self.chain.surround(seed, at[own] + 600, e.asset[own], network[own], units[own], to[own], backward=False)
        e.held = e.held - np.where(goes, units + fee, 0)
        e.at = np.where(goes, at, e.at)

    def _pay_out(self, rng: np.random.Generator, e: Episodes, at: Ints, goes: Bools) -> None:
        """Fiat to the own bank."""
        h = self.habits
        fiat = h.fiat[e.row]
        share = np.where(rng.random(len(at)) < 0.8, 1.0, rng.uniform(0.3, 0.9, len(at)))
        units = _part(e.fiat_held, share, 10**6)
        goes &= units > 10**9
        network = np.where(fiat == CODE["EUR"], NETWORK["sepa"], NETWORK["fast"])
        self.book.add(epoch=at, src=h.customer[e.row], dst=h.bank[e.row], kind=KIND["fiat_out"], network=network,
                      asset=fiat, amount=units, where=goes)  # fmt: skip
        self._session(rng, e.row[goes], at[goes])
        e.fiat_held = e.fiat_held - np.where(goes, units, 0)
        e.at = np.where(goes, at, e.at)

    def _hand_on(self, rng: np.random.Generator, e: Episodes, at: Ints, goes: Bools) -> None:
        """Some to another customer, as a gift or as a P2P order."""
        friend = self.stage.crowd[(e.row * 7919 + 13) % len(self.stage.crowd)]
        who = self.habits.customer[e.row]
        units = _part(e.held, rng.uniform(0.1, 0.9, len(at)), QUANTUM[e.asset])
        known = self.stage.people.opened[friend] < at - DAY
        goes &= (units > 0) & (at < self._limit) & known & (friend != who)
        order = (e.asset == CODE["USDT"]) & (rng.random(len(at)) < 0.7)
        memo = np.zeros(len(at), dtype=np.int64)
        for row in np.flatnonzero(goes & order):
            other = int(self.stage.people.customers + rng.integers(self.stage.people.outsiders))
            payer = other if rng.random() < 0.025 else int(friend[row])  # a few let somebody else pay
            memo[row] = self.book.texts.code(self.stage.order_memo(payer, int(rng.integers(10**6, 10**7))))
        self.book.add(epoch=at, src=who, dst=friend, kind=np.where(order, KIND["p2p"], KIND["internal"]),
                      network=NETWORK["internal"], asset=e.asset, amount=units, memo=memo, where=goes)  # fmt: skip
        e.held = e.held - np.where(goes, units, 0)
        e.at = np.where(goes, at, e.at)

    def _leavers(self) -> None:
        """One in ten leaves the exchange: sells all that the episodes left, and pays it out the same day."""
        rng = np.random.default_rng([self.plan.seed, 109])
        h, size = self.habits, len(self.stage.crowd)
        leave = np.where(
            rng.random(len(h.customer)) < 0.1, rng.integers(self.plan.since, self.plan.until, len(h.customer)), 0
        )
        leave[size:] = 0
        row, at, asset, held, fiat = (
            np.concatenate([getattr(e, name) for e in self._left])
            for name in ("row", "at", "asset", "held", "fiat_held")
        )
        ready = (at < leave[row] - 3600) & (h.fiat[row] == CODE["SGD"])
        crypto = np.zeros((len(h.customer), len(ASSETS)), dtype=np.int64)
        np.add.at(crypto, (row[ready], asset[ready]), held[ready])
        np.add.at(crypto, (row[ready], 0), fiat[ready])
        rows = np.flatnonzero(crypto[:, 2:].sum(axis=1) > 0)
        money, when = crypto[rows, 0], leave[rows]
        self._limit = np.full(len(rows), self.plan.until)
        for code in range(2, len(ASSETS)):
            when = when + rng.integers(20, 400, len(rows))
            step = Episodes(rows, when, np.full(len(rows), code), crypto[rows, code], money, crypto[rows, code] > 0)
            worth = self.market.usd_cents(code, crypto[rows, code], when) > 500
            self._sell(step, when, step.on & worth, np.ones(len(rows)))
            money = step.fiat_held
        last = Episodes(rows, when, np.zeros(len(rows), dtype=np.int64), money, money, money > 0)
        at = when + rng.integers(60, 40_000, len(rows))
        self._pay_out(rng, last, at, (at < self.plan.until) & (money > 0))

    # beside the money

    def _charge(self, who: Ints, at: Ints, asset: Ints, fee: Ints, where: Bools) -> None:
        self.book.add(epoch=at, src=who, dst=self.chain.fees, kind=KIND["fee"], network=NETWORK["internal"],
                      asset=asset, amount=fee, where=where)  # fmt: skip

    def _session(self, rng: np.random.Generator, row: Ints, at: Ints) -> None:
        keep = (rng.random(len(row)) < 0.8) & (at < self.plan.until)
        before = _pause(rng, len(row), 240, 0.7, 5, 3000)
        self.sessions.append((self.habits.customer[row][keep], (at - before)[keep]))


def _pause(rng: np.random.Generator, size: int, middle: float, spread: float, least: float, most: float) -> Ints:
    """Seconds between two steps: half are shorter than MIDDLE, all from LEAST to MOST."""
    drawn = np.exp(rng.normal(np.log(middle), spread, size))
    return np.clip(drawn, least, most).astype(np.int64)


def _part(units: Ints, share: Floats, quantum: Ints | int) -> Ints:
    """That share of the units, rounded down to what the asset can carry."""
    most: Ints = np.minimum((units * share).astype(np.int64), units)
    return most // quantum * quantum


def _bought(usd: Floats, price: Floats, asset: Ints) -> Ints:
    found: Ints = (usd / price * UNIT / QUANTUM[asset]).astype(np.int64) * QUANTUM[asset]
    return found
