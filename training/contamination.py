"""Which tasks has the model seen? By the hash of the body, and by MinHash bands; both lists are in `corpus/`.

`train.hashes.zst` is zstd over sorted 64-bit hashes, little-endian, of every normalised function that the bundled model
was trained on; `train.bands.zst` holds the band keys of those of 20 tokens or more (`near_duplicates.Bands`).
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import zstandard

import solidity
from files import whole
from near_duplicates import Bands, signature_of

FOLDER = Path(__file__).parent / "corpus"
HASHES, BANDS_FILE = FOLDER / "train.hashes.zst", FOLDER / "train.bands.zst"


def contamination(sets: list[Path], hashes: Path, bands: Path, unseen: Path | None = None) -> int:
    """Print for each set how many functions training holds, exactly or nearly, and return how many exactly in all.

    `unseen` is a folder that gets every JSONL set without the tasks of files of which training holds a task's function.
    """
    train, like_training = set(read_hashes(hashes).tolist()), Bands.load(bands)
    print(f"{len(train):,} functions are known to have been trained on")
    seen = 0
    for path in sets:
        total = exact = near = 0
        labels = set()
        for label, name, signature, body in task_functions(path):
            total += 1
            if solidity.body_hash(signature, body) in train:
                exact += 1
                labels.add(label)
                print(f"in training data: `{name}` of {label}")
            elif like_training.near(signature_of(signature, body)):
                near += 1
                labels.add(label)
                print(f"like training data: `{name}` of {label}")
        if not total:
            raise SystemExit(f"{path}: no function with a body in it; pass .sol files, a folder of them, or JSONL of tasks")
        print(f"{path.name}: {exact} of {total} functions are in the training data, {near} more are like one there")
        if unseen and path.suffix == ".jsonl":
            write_unseen(path, labels, unseen)
        seen += exact
    return seen


def write_unseen(tasks: Path, seen: set[str], folder: Path) -> None:
    """The tasks of files none of whose tasks is among `seen`: the rest of such a file may have been trained on as well."""
    lines = tasks.read_text(encoding="utf-8").splitlines()
    parsed = [json.loads(line) for line in lines]
    tainted = {task.get("file") for task, line in zip(parsed, lines) if task_text(line, "")[0] in seen}
    kept = [line for task, line in zip(parsed, lines) if task.get("file") not in tainted]
    folder.mkdir(parents=True, exist_ok=True)
    with whole(folder / tasks.name) as aside:
        aside.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    print(f"{folder / tasks.name}: {len(kept)} tasks of files that were not seen")


def excluded_hashes(paths: list[Path]) -> frozenset[int]:
    """The hashes of every function of the benchmarks that training must not see."""
    found = {solidity.body_hash(signature, body) for path in paths for _, _, signature, body in task_functions(path)}
    if paths:
        print(f"{len(found):,} functions of benchmarks are kept out of training", flush=True)
    return frozenset(found)


def task_functions(tasks: Path) -> Iterator[tuple[str, str, str, str]]:
    """(task, function, signature, body) of every function of a set of tasks."""
    for label, text in task_texts(tasks):
        for function in solidity.functions(text):
            yield label, function.name, text[function.start : function.body], text[function.body : function.end]


def task_texts(tasks: Path) -> Iterator[tuple[str, str]]:
    """(label, Solidity text) of every task: a .sol file, a folder of them, JSONL of tasks, or SolEval's JSON by file."""
    if not tasks.exists():
        raise SystemExit(f"{tasks} is not there: pass .sol files, a folder of them, or JSONL of tasks")
    if tasks.is_dir():
        for path in sorted(tasks.rglob("*.sol")):
            yield str(path.relative_to(tasks)), path.read_text(encoding="utf-8")
        return
    text = tasks.read_text(encoding="utf-8")
    if tasks.suffix == ".sol":
        yield tasks.name, text
    elif tasks.suffix == ".json":
        for file, functions in json.loads(text).items():
            yield from ((f"{file}: {function['identifier']}", function["body"]) for function in functions)
    else:
        for number, line in enumerate(text.splitlines(), 1):
            yield task_text(line, f"{tasks}:{number}")


def task_text(line: str, place: str) -> tuple[str, str]:
    """(label, code) of one line: the function at `span` of `source`, or one of the fields that hold code."""
    try:
        task = json.loads(line)
    except json.JSONDecodeError as error:
        raise SystemExit(f"{place}: no JSON ({error}); every line is one task") from error
    if "span" in task and task.get("source"):
        code = task["source"].encode()[task["span"]["start"] : task["span"]["end"]].decode()
    else:
        code = next((task[field] for field in ("reference", "function", "body", "source") if task.get(field)), None)
    if code is None:
        raise SystemExit(f"{place}: no `span` and `source`, `reference`, `function` or `body` in the task")
    return str(task.get("id", place)), code


def write_hashes(path: Path, hashes: Iterable[int]) -> None:
    """Sorted 64-bit hashes, little-endian, zstd."""
    with whole(path) as aside:
        aside.write_bytes(zstandard.compress(np.array(sorted(hashes), dtype="<u8").tobytes(), 19))


def read_hashes(path: Path) -> np.ndarray:
    """The hashes that `write_hashes` wrote."""
    if not path.exists():
        raise SystemExit(f"{path} is not there: `corpus.py build` writes it, or correct the path")
    return np.frombuffer(zstandard.decompress(path.read_bytes()), dtype="<u8")
