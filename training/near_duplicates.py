"""MinHash over 5-token shingles: functions that differ in a name or a constant count as one.

Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec et al., ch. 3.
"""

import zlib
from pathlib import Path

import numpy as np
import zstandard

import solidity
from files import whole

PERMUTATIONS, BANDS, SHINGLE = 32, 8, 5
SIMILAR = 0.85  # estimated Jaccard similarity from which two functions count as one
NEAR = 3  # bands
SHORTEST = 20  # tokens; below that a shared shingle says nothing

_RANDOM = np.random.default_rng(1)
_MULTIPLIER = _RANDOM.integers(1, 2**63, (PERMUTATIONS, 1), dtype=np.uint64) | np.uint64(1)
_OFFSET = _RANDOM.integers(0, 2**63, (PERMUTATIONS, 1), dtype=np.uint64)


def signature_of(signature: str, body: str) -> np.ndarray | None:
    """The MinHash signature [PERMUTATIONS] of a function, or None when it is too short to have one."""
    tokens = solidity.normal_tokens(signature, body)
    if len(tokens) < SHORTEST:
        return None
    shingles = {zlib.crc32(" ".join(tokens[i : i + SHINGLE]).encode()) for i in range(len(tokens) - SHINGLE + 1)}
    values = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    return ((values * _MULTIPLIER + _OFFSET) >> np.uint64(32)).min(axis=1).astype(np.uint32)


class NearDuplicates:
    """The signatures kept so far, found again by any of their bands."""

    def __init__(self) -> None:
        self._bands: dict[bytes, list[tuple[int, np.ndarray]]] = {}
        self._count = 0

    def add(self, signature: np.ndarray) -> bool:
        """True, and kept, when nothing similar is known yet."""
        count = self._count
        return self.place(signature) == count

    def place(self, signature: np.ndarray) -> int:
        """The number of the similar one that is known, or a new number, under which it is kept."""
        rows = PERMUTATIONS // BANDS
        keys = [bytes([band]) + signature[band * rows : (band + 1) * rows].tobytes() for band in range(BANDS)]
        for key in keys:
            for number, known in self._bands.get(key, ())[:16]:
                if np.mean(known == signature) >= SIMILAR:
                    return number
        for key in keys:
            self._bands.setdefault(key, []).append((self._count, signature))
        self._count += 1
        return self._count - 1


class Bands:
    """The band keys of many functions, small enough to publish: is a function like one of them?

    Functions count as near when NEAR of their bands agree with some function's: at a similarity of 0.9 that is so in 98 of
    100 cases, at 0.85 in 86, at 0.7 in 29, at 0.5 in 1.
    """

    def __init__(self, keys: list[np.ndarray]) -> None:
        self.keys = keys  # BANDS sorted arrays of uint32

    @staticmethod
    def of(signatures: list[np.ndarray]) -> "Bands":
        keys = band_keys(np.array(signatures, dtype=np.uint32).reshape(-1, PERMUTATIONS))
        return Bands([np.unique(keys[:, band]) for band in range(BANDS)])

    def near(self, signature: np.ndarray | None) -> bool:
        """True when training holds something similar; too short a function has no signature and is never near."""
        if signature is None:
            return False
        wanted = band_keys(signature[None])[0]
        places = [int(np.searchsorted(keys, key)) for keys, key in zip(self.keys, wanted)]
        return sum(at < len(keys) and keys[at] == key for at, keys, key in zip(places, self.keys, wanted)) >= NEAR

    def save(self, path: Path) -> None:
        """Counts of the bands, then the differences of their keys as four planes of bytes, zstd."""
        counts = np.array([len(keys) for keys in self.keys], dtype="<u4")
        deltas = np.concatenate([np.diff(keys, prepend=np.uint32(0)) for keys in self.keys]).astype("<u4")
        planes = deltas.view(np.uint8).reshape(-1, 4).T
        with whole(path) as aside:
            aside.write_bytes(zstandard.compress(counts.tobytes() + planes.tobytes(), 19))

    @staticmethod
    def load(path: Path) -> "Bands":
        raw = np.frombuffer(zstandard.decompress(path.read_bytes()), dtype=np.uint8)
        counts = raw[: BANDS * 4].view("<u4")
        deltas = np.ascontiguousarray(raw[BANDS * 4 :].reshape(4, -1).T).view("<u4").ravel()
        return Bands([np.cumsum(part, dtype=np.uint32) for part in np.split(deltas, np.cumsum(counts)[:-1])])


def band_keys(signatures: np.ndarray) -> np.ndarray:
    """One 32-bit key [N, BANDS] for each band of [N, PERMUTATIONS]."""
    rows = signatures.reshape(len(signatures), BANDS, PERMUTATIONS // BANDS).astype(np.uint64)
    keys = np.zeros(rows.shape[:2], dtype=np.uint64)
    for row in range(rows.shape[2]):
        keys = (keys ^ rows[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
    return (keys >> np.uint64(32)).astype(np.uint32)
