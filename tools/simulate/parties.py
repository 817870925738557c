"""Who stands on either side of a transfer: a whole number inside, an id that looks like any other outside.

Customers come first, 0 to N-1; bank accounts, addresses and the house follow as they are needed. An id is made of the
number by a seeded mixing function, the same for everybody, so that it tells neither who was made first nor by whom.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from casewright.tools.simulate.market import Ints

_HEX = "0123456789abcdef"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DIGITS = "0123456789"

_SECOND = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # what follows the T of a TRON address

# style: (prefix, alphabet, characters after the prefix)
_STYLES = {
    "ethereum": ("0x", _HEX, 40),
    "tron": ("T", _BASE58, 33),
    "bitcoin": ("bc1q", _BECH32, 38),
    "solana": ("", _BASE58, 44),
    "DBS": ("DBS-", _DIGITS, 10),
    "OCBC": ("OCBC-", _DIGITS, 12),
    "UOB": ("UOB-", _DIGITS, 10),
    "POSB": ("POSB-", _DIGITS, 9),
    "SCB": ("SCB-", _DIGITS, 10),
    "HSBC": ("HSBC-", _DIGITS, 12),
    "MBB": ("MBB-", _DIGITS, 11),
    "IBAN": ("DE", _DIGITS, 20),
}
BANKS = ("DBS", "OCBC", "UOB", "POSB", "SCB", "HSBC", "MBB")
NETWORKS = ("ethereum", "tron", "bitcoin", "solana")
_CODE = {style: code for code, style in enumerate(_STYLES)}
_LITERAL = len(_STYLES)
_HASHES = {
    "ethereum": ("0x", _HEX, 64),
    "tron": ("", _HEX, 64),
    "bitcoin": ("", _HEX, 64),
    "solana": ("", _BASE58, 88),
}


def mixed(numbers: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Each number's 64 mixed bits (splitmix64): one to one, so that different numbers stay different."""
    z = numbers.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    found: npt.NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return found


def spelled(numbers: Ints, salt: int, prefix: str, alphabet: str, length: int) -> pa.Array:
    """A text for each number: the prefix, then LENGTH characters of the alphabet that look random."""
    letters = np.frombuffer(alphabet.encode(), dtype=np.uint8)
    seconds = np.frombuffer(_SECOND.encode(), dtype=np.uint8)
    per_word = int(63 / np.log2(len(letters)))
    width = len(prefix) + length
    text = np.empty((len(numbers), width), dtype=np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    base = np.uint64(len(letters))
    for word, at in enumerate(range(0, length, per_word)):
        bits = mixed(numbers, salt * 16 + word)
        for place in range(at, min(at + per_word, length)):
            bits, digit = np.divmod(bits, base)
            upper = prefix == "T" and alphabet == _BASE58 and place == 0
            text[:, len(prefix) + place] = seconds[digit % np.uint64(len(seconds))] if upper else letters[digit]
    offsets = np.arange(len(numbers) + 1, dtype=np.int64) * width
    array = pa.LargeStringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text.tobytes()))
    return array.cast(pa.string()) if len(numbers) * width < 2**31 else array


def hashes(numbers: Ints, network: str, seed: int) -> pa.Array:
    """The hash of each numbered transaction of a network, in its form."""
    return spelled(numbers, seed * 64 + 40, *_HASHES[network])


def words(numbers: Ints, seed: int, prefix: str, length: int) -> pa.Array:
    """Opaque ids (transfers, events, devices): the prefix and so many hexadecimal characters."""
    return spelled(numbers, seed * 64 + 50 + len(prefix), prefix, _HEX, length)


class Parties:
    """The parties made so far. `holder` is the name (a row of the people's names) behind a bank account, else -1."""

    def __init__(self, seed: int, customers: int) -> None:
        self.seed, self.customers, self.count = seed, customers, customers
        self._styles: list[Ints] = []
        self._holders: list[Ints] = []
        self._single_styles: list[int] = []
        self._single_holders: list[int] = []
        self._literals: dict[int, str] = {}
        self._ids: npt.NDArray[np.int64] = np.random.default_rng([seed, 102]).permutation(customers) + 10_000

    def add(self, style: str, holder: int = -1) -> int:
        """One more party of that style (a network's address, a bank's account); returns its number."""
        self._single_styles.append(_CODE[style])
        self._single_holders.append(holder)
        self.count += 1
        return self.count - 1

    def named(self, name: str) -> int:
        """A party with this very id: the house."""
        self._single_styles.append(_LITERAL)
        self._single_holders.append(-1)
        self._literals[self.count] = name
        self.count += 1
        return self.count - 1

    def addresses(self, network: Ints) -> Ints:
        """An address for each, NETWORK being numbers of `NETWORKS`."""
        return self._block(np.array([_CODE[name] for name in NETWORKS])[network], np.full(len(network), -1))

    def accounts(self, rng: np.random.Generator, holders: Ints, *, euro: npt.NDArray[np.bool_] | None = None) -> Ints:
        """A bank account for each holder (a row of the people's names); abroad where EURO is true."""
        weights = [0.3, 0.17, 0.17, 0.19, 0.07, 0.06, 0.04]
        styles = rng.choice([_CODE[bank] for bank in BANKS], len(holders), p=weights)
        return self._block(styles if euro is None else np.where(euro, _CODE["IBAN"], styles), holders)

    def account(self, bank: float, holder: int) -> int:
        """One bank account; BANK is a draw from 0 to 1."""
        return self.add(BANKS[int(bank * len(BANKS))], holder)

    def holders(self) -> Ints:
        """The holder of every party, by its number; a customer holds itself."""
        self._settle()
        return np.concatenate([np.arange(self.customers), *self._holders])

    def ids(self) -> pa.Array:
        """The id of every party, by its number."""
        self._settle()
        styles = np.concatenate([np.full(self.customers, -1), *self._styles])
        parts = [pc.binary_join_element_wise("C", pa.array(self._ids).cast(pa.string()), "-")]
        order = [np.arange(self.customers)]
        for code, (style, (prefix, alphabet, length)) in enumerate(_STYLES.items()):
            numbers = np.flatnonzero(styles == code)
            made = spelled(numbers, self.seed * 64 + code, prefix, alphabet, length)
            if style in BANKS or style == "IBAN":
                made = _distinct(made, numbers, self.seed * 64 + code, prefix, alphabet, length)
            parts.append(made)
            order.append(numbers)
        literals = np.flatnonzero(styles == _LITERAL)
        parts.append(pa.array([self._literals[int(number)] for number in literals], pa.string()))
        order.append(literals)
        back = np.empty(self.count, dtype=np.int64)
        back[np.concatenate(order)] = np.arange(self.count)
        return pa.chunked_array(parts).combine_chunks().take(pa.array(back))

    def _block(self, styles: Ints, holders: Ints) -> Ints:
        self._settle()
        self._styles.append(np.asarray(styles, dtype=np.int64))
        self._holders.append(np.asarray(holders, dtype=np.int64))
        first, self.count = self.count, self.count + len(styles)
        return np.arange(first, self.count)

    def _settle(self) -> None:
        if self._single_styles:
            self._styles.append(np.array(self._single_styles, dtype=np.int64))
            self._holders.append(np.array(self._single_holders, dtype=np.int64))
            self._single_styles, self._single_holders = [], []


def _distinct(made: pa.Array, numbers: Ints, salt: int, prefix: str, alphabet: str, length: int) -> pa.Array:
    """The same, with repeated ones made again: short account numbers can meet by chance."""
    texts = made.to_numpy(zero_copy_only=False)
    for extra in range(1, 100):
        _, first = np.unique(texts, return_index=True)
        repeated = np.setdiff1d(np.arange(len(texts)), first)
        if not len(repeated):
            break
        again = spelled(numbers[repeated], salt + 7919 * extra, prefix, alphabet, length)
        texts[repeated] = again.to_numpy(zero_copy_only=False)
    return pa.array(texts, pa.string())
