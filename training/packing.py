"""Documents -> windows of token ids: whole documents side by side, so that few are cut and little is padding.

A packed file is zstd over uint16 rows [N, length + 1] and, when some tokens carry no loss, a bit for each of them.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard

from files import whole

OPEN_WINDOWS = 128


@dataclass(frozen=True)
class Example:
    """Token ids, and which of them the model learns to predict (None: all)."""

    ids: list[int]
    learn: list[bool] | None = None


@dataclass
class Packed:
    """ids [N, length + 1] uint16 and learn [N, length + 1] bool; position i + 1 is the target of position i."""

    ids: np.ndarray
    learn: np.ndarray

    def save(self, path: Path) -> None:
        raw = io.BytesIO()
        np.savez(raw, ids=self.ids, learn=np.packbits(self.learn, axis=1))
        with whole(path) as aside:
            aside.write_bytes(zstandard.compress(raw.getvalue(), 9))

    @staticmethod
    def load(path: Path) -> "Packed":
        arrays = np.load(io.BytesIO(zstandard.decompress(path.read_bytes())))
        ids = arrays["ids"]
        return Packed(ids, np.unpackbits(arrays["learn"], axis=1, count=ids.shape[1]).astype(bool))


def pack(examples: Iterable[Example], length: int, end: int, pad: int) -> Packed:
    """Best fit into windows of length + 1 tokens; every document is followed by `end`, every rest is `pad`."""
    rows, masks = [], []
    for row, mask in windows(examples, length + 1, end):
        missing = length + 1 - len(row)
        rows.append(np.array(row + [pad] * missing, dtype=np.uint16))
        masks.append(np.array(mask + [False] * missing, dtype=bool))
    if not rows:
        raise SystemExit("nothing to pack: the input holds no documents")
    return Packed(np.stack(rows), np.stack(masks))


def windows(examples: Iterable[Example], size: int, end: int) -> Iterator[tuple[list[int], list[bool]]]:
    """Keep some windows open, put each document into the fullest that has room, close the fullest when none has."""
    open_windows: list[tuple[list[int], list[bool]]] = []
    for ids, mask in pieces(examples, size, end):
        fitting = [window for window in open_windows if len(window[0]) + len(ids) <= size]
        if fitting:
            row, kept = max(fitting, key=lambda window: len(window[0]))
            row.extend(ids)
            kept.extend(mask)
            continue
        if len(open_windows) == OPEN_WINDOWS:
            fullest = max(range(OPEN_WINDOWS), key=lambda index: len(open_windows[index][0]))
            yield open_windows.pop(fullest)
        open_windows.append((ids, mask))
    yield from open_windows


def pieces(examples: Iterable[Example], size: int, end: int) -> Iterator[tuple[list[int], list[bool]]]:
    """Documents with their end token, cut where they are longer than a window."""
    for example in examples:
        ids = [*example.ids, end]
        mask = [True] * len(ids) if example.learn is None else [*example.learn, any(example.learn)]
        for start in range(0, len(ids), size):
            yield ids[start : start + size], mask[start : start + size]
