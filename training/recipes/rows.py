"""The rows of a JSONL file, and the ones that are no use: named on standard error, counted, never dropped in silence."""

import json
import sys
from collections import Counter
from pathlib import Path

NAMED = 10  # so many bad rows are named, the rest are counted


class Bad:
    """What was left out, and why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()

    def add(self, number: int, why: str, detail: str = "") -> None:
        """One row less; rows are counted by `why`."""
        self.counts[why] += 1
        if self.counts.total() <= NAMED:
            print(f"{self.path}, line {number}: {why}{': ' if detail else ''}{detail}", file=sys.stderr)

    def report(self, used: int) -> None:
        """The sum; to have nothing left is an error."""
        print(f"{self.path}: {used:,} rows used, {self.counts.total():,} left out {dict(self.counts)}", file=sys.stderr)
        if not used:
            raise SystemExit(f"{self.path}: no usable row, as told above")


def read(path: Path, fields: dict[str, type]) -> tuple[list[tuple[int, dict]], Bad]:
    """(line number, row) of every row that has the fields with their types; what is left out."""
    if not path.is_file():
        raise SystemExit(f"{path}: no such file")
    rows, bad = [], Bad(path)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            row = parse(line, fields)
            if isinstance(row, str):
                bad.add(number, row)
            else:
                rows.append((number, row))
    return rows, bad


def parse(line: bytes, fields: dict[str, type]) -> dict | str:
    """The row of a line, or what is wrong with it."""
    try:
        row = json.loads(line)
    except ValueError:
        return "not JSON"
    if not isinstance(row, dict):
        return "not an object"
    wrong = [name for name, kind in fields.items() if not isinstance(row.get(name), kind)]
    return f"without `{'`, `'.join(wrong)}`" if wrong else row


def is_conversation(messages: list) -> bool:
    """Roles and contents, as a chat template asks for them."""
    return bool(messages) and all(
        isinstance(m, dict) and isinstance(m.get("role"), str) and isinstance(m.get("content"), str) for m in messages
    )
