"""MinHash over 5-token shingles: functions that differ in a name or a constant count as one.

Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec et al., ch. 3.
"""

import zlib

import numpy as np

import solidity

PERMUTATIONS, BANDS, SHINGLE = 32, 8, 5
SIMILAR = 0.85  # estimated Jaccard similarity from which two functions count as one
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


class Signatures:
    """Many signatures [N, PERMUTATIONS], none dropped: is anything like a new one among them?"""

    def __init__(self, signatures: np.ndarray) -> None:
        self._signatures = signatures
        keys = band_keys(signatures)
        self._order = np.argsort(keys, axis=0)
        self._keys = np.take_along_axis(keys, self._order, axis=0)

    def hold(self, signature: np.ndarray) -> bool:
        """True when one of them is similar."""
        for band, key in enumerate(band_keys(signature[None])[0]):
            first, last = np.searchsorted(self._keys[:, band], key, "left"), np.searchsorted(self._keys[:, band], key, "right")
            rows = self._signatures[self._order[first:last, band]]
            if len(rows) and (rows == signature).mean(axis=1).max() >= SIMILAR:
                return True
        return False


def band_keys(signatures: np.ndarray) -> np.ndarray:
    """One 64-bit key [N, BANDS] for each band of [N, PERMUTATIONS]."""
    rows = signatures.reshape(len(signatures), BANDS, PERMUTATIONS // BANDS).astype(np.uint64)
    keys = np.zeros(rows.shape[:2], dtype=np.uint64)
    for row in range(rows.shape[2]):
        keys = (keys ^ rows[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
    return keys
