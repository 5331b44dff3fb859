"""Stage 1: public Solidity files -> distinct functions in their contracts, training documents, whole files for SFT.

    python corpus.py build --sources DIR --out DIR [--hashes corpus/train.hashes.zst]
    python corpus.py contamination TASKS…
    python corpus.py bodies BUILD/files.jsonl.zst --out BODIES.jsonl       functions to hold the grammar against

`build` writes, as zstd JSONL,
  contracts   one line per distinct contract: file, license, pragma, source, split, and its functions by offset,
              each with its hash and whether it is `fresh` (its first appearance);
  documents   what pretraining reads: {"text", "kind"}; half of them in fill-in-the-middle form;
  files       self-contained training files {"id", "source"}, the input of `solwright lab samples`.
It names what it leaves out and why.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import TextIO

import numpy as np
import zstandard

import solidity
from contamination import BANDS_FILE, HASHES, contamination, excluded_hashes, read_hashes, write_hashes
from documents import documents_of
from files import whole
from near_duplicates import SHORTEST, Bands, NearDuplicates, signature_of
from tasks import bodies, tasks_of

CHUNK_FILES = 64
COMMON_NAME = 20  # a contract name in more files than this is a library of the trade, and always training data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stages = parser.add_subparsers(dest="stage", required=True)
    build_args = stages.add_parser("build")
    build_args.add_argument("--sources", type=Path, required=True, nargs="+")
    build_args.add_argument("--out", type=Path, required=True)
    build_args.add_argument("--hashes", type=Path, default=HASHES)
    build_args.add_argument("--bands", type=Path, default=BANDS_FILE)
    build_args.add_argument("--known", type=Path, nargs="*", default=[], help="hash lists of what the model saw before; they join the new list")
    build_args.add_argument("--exclude", type=Path, nargs="*", default=[], help=".sol files, folders, JSONL or JSON of benchmark tasks")
    build_args.add_argument("--outliers", type=Path, help="what outliers.py wrote over an earlier build; documents leave it out")
    build_args.add_argument("--workers", type=int, default=2)
    build_args.add_argument("--seed", type=int, default=1)
    check_args = stages.add_parser("contamination")
    check_args.add_argument("tasks", type=Path, nargs="+", help=".sol files, folders, JSONL or JSON of tasks")
    check_args.add_argument("--hashes", type=Path, default=HASHES)
    check_args.add_argument("--bands", type=Path, default=BANDS_FILE)
    check_args.add_argument("--unseen", type=Path, help="folder for the sets without the tasks of files that training has seen something of")
    bodies_args = stages.add_parser("bodies")
    bodies_args.add_argument("files", type=Path, help="files.jsonl.zst of a build")
    bodies_args.add_argument("--out", type=Path, required=True)
    bodies_args.add_argument("--count", type=int, default=2000)
    bodies_args.add_argument("--largest", type=int, default=200_000, help="bytes of a file")
    bodies_args.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.stage == "bodies":
        drawn = bodies(read_jsonl(args.files), args.count, args.seed, args.largest)
        print(f"{write_jsonl(args.out, drawn):,} bodies")
    elif args.stage == "build":
        build(args.sources, args.out, args.hashes, args.bands, args.known, args.exclude, args.workers, args.seed, args.outliers)
    elif contamination(args.tasks, args.hashes, args.bands, args.unseen):
        raise SystemExit(1)


def build(sources: list[Path], out: Path, hashes: Path, bands: Path, known: list[Path], exclude: list[Path], workers: int, seed: int,
          outliers: Path | None = None) -> None:
    """Read, deduplicate, split and write everything."""
    out.mkdir(parents=True, exist_ok=True)
    contracts, files, counts = read_sources(sources, excluded_hashes(exclude), workers)
    contracts = in_order(contracts, counts)
    assign_splits(contracts)
    with Pool(workers) as pool:
        trained, like_training = mark_fresh(contracts, pool, counts)
        seen = trained.union(*(read_hashes(path).tolist() for path in known))
        hold_out(contracts, seen, like_training, pool, counts)
    if outliers:
        leave_out(contracts, set(json.loads(outliers.read_text())["dropped"]), counts)
    for split, name in (("test", "tasks.jsonl"), ("val", "tasks.val.jsonl")):
        counts[f"tasks {split}"] = write_jsonl(out / name, tasks_of(contracts, files, split, seed))
    used = [c for c in contracts if any(function["fresh"] for function in c["functions"])]
    counts["contracts written"] = write_jsonl(out / "contracts.jsonl.zst", used)
    counts["documents written"] = write_jsonl(out / "documents.jsonl.zst", training_documents(used, "train", seed))
    write_jsonl(out / "documents.val.jsonl.zst", training_documents(used, "val", seed))
    counts["files written"] = write_jsonl(out / "files.jsonl.zst", self_contained_files(contracts, files))
    write_hashes(hashes, seen)
    like_training.save(bands)
    for split in ("train", "val", "test"):
        counts[f"functions {split}"] = sum(f["fresh"] for c in contracts if c["split"] == split for f in c["functions"])
    (out / "counts.json").write_text(json.dumps(dict(counts), indent=2))
    print(json.dumps(dict(counts), indent=2))


def read_sources(sources: list[Path], benchmarks: frozenset[int], workers: int) -> tuple[dict, dict, Counter]:
    """Contracts by key and self-contained files by hash, from chunks of files, so that no text is held twice."""
    paths = sorted((path, folder) for folder in sources for path in folder.rglob("*.sol") if path.is_file())
    if not paths:
        raise SystemExit(f"no .sol file under {', '.join(map(str, sources))}: pass a folder of Solidity sources")
    contracts, files, counts, in_files, seen = {}, {}, Counter(), Counter(), set()
    chunks = [paths[start : start + CHUNK_FILES] for start in range(0, len(paths), CHUNK_FILES)]
    with Pool(workers, initializer=_start_worker, initargs=(benchmarks,)) as pool:
        for number, part in enumerate(pool.imap(read_files, chunks), 1):
            for record in part["files"]:
                merge_file(record, files, counts, in_files, seen)
            for key, contract in part["contracts"].items():
                contracts.setdefault(key, contract)
            if number % 50 == 0:
                print(f"read {counts['files seen']:,} of {len(paths):,} files, {len(contracts):,} distinct contracts", flush=True)
    if not contracts:
        raise SystemExit(f"nothing usable under {', '.join(map(str, sources))}: {dict(counts)}; "
                         f"only files whose SPDX licence is one of {', '.join(sorted(solidity.PERMISSIVE))} are read")
    for key, contract in contracts.items():
        contract["key"], contract["in_files"] = key, in_files[key]
        counts["functions of benchmarks cut out"] += contract.pop("cut")
    return contracts, files, counts


_BENCHMARKS: frozenset[int] = frozenset()
_SEEN_FILES: set[int] = set()
_SEEN_CONTRACTS: set[int] = set()


def _start_worker(benchmarks: frozenset[int]) -> None:
    global _BENCHMARKS
    _BENCHMARKS = benchmarks


def merge_file(record: dict, files: dict, counts: Counter, in_files: Counter, seen: set[int]) -> None:
    """Count a file once, whichever workers saw a copy of it."""
    counts["files seen"] += 1
    if record["whole"] in seen:
        counts["files repeated"] += 1
        return
    seen.add(record["whole"])
    counts.update(record["counts"])
    in_files.update(record["keys"])
    if record["problem"] and counts["files unreadable"] <= 20:
        print(f"skipped {record['problem']}")
    if record["alone"]:
        files.setdefault(record["alone"], {key: record[key] for key in ("name", "path", "pragma", "keys", "permissive")})


def read_files(paths: list[tuple[Path, Path]]) -> dict:
    """One chunk: a record of each file, and the permissive contracts that this worker has not sent yet."""
    records, contracts = [], {}
    for path, folder in paths:
        record = {"name": str(path.relative_to(folder)), "path": str(path), "counts": Counter(), "keys": [], "alone": None,
                  "problem": None}
        records.append(record)
        try:
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            record["whole"] = solidity.hash64(str(path))
            record["counts"]["files unreadable"] += 1
            record["problem"] = f"`{record['name']}`: {error}"
            continue
        record["whole"] = solidity.hash64(text)
        if record["whole"] not in _SEEN_FILES:
            _SEEN_FILES.add(record["whole"])
            read_file(text, record, contracts)
    return {"files": records, "contracts": contracts}


def read_file(text: str, record: dict, contracts: dict[int, dict]) -> None:
    """Add a file's permissive contracts; say in its record what it holds."""
    counts = record["counts"]
    if "<|" in text:
        counts["files with text like a special token"] += 1
        return
    permissive = [section for section in solidity.sections(text) if solidity.is_permissive(text[section[0] : section[1]])]
    if not permissive:
        counts["files without a permissive licence"] += 1
        return
    counts["files with permissive parts"] += 1
    masked = solidity.mask(text)
    for name, start, end in solidity.contract_spans(masked):
        counts["contracts seen"] += 1
        licence = next((spdx for first, last, spdx in permissive if first <= start and end <= last), None)
        if licence is None:
            counts["contracts without a permissive licence"] += 1
            continue
        key = solidity.hash64(" ".join(masked[start:end].split()) + name)
        record["keys"].append(key)
        if key not in _SEEN_CONTRACTS:
            _SEEN_CONTRACTS.add(key)
            pragma = solidity.pragma(text, start)
            contracts[key] = contract_record(record["name"], name, text[start:end], masked[start:end], licence, pragma)
    if record["keys"] and solidity.standing_alone(text, masked) is not None:
        record["alone"], record["pragma"] = solidity.hash64("".join(masked.split())), solidity.pragma(text)
        record["permissive"] = solidity.is_permissive(text)


def contract_record(file: str, name: str, source: str, masked: str, licence: str, pragma: str) -> dict:
    """One line of `contracts`; offsets are in `source`, a function's `doc` is where its NatSpec starts.

    Functions of benchmarks are cut out, not only passed over, since their neighbours' documents would show them.
    """
    functions = [function_record(source, function) for function in solidity.functions(source, masked)]
    benchmarks = [function for function in functions if function["hash"] in _BENCHMARKS]
    if benchmarks:
        for function in reversed(benchmarks):
            source = source[: function["doc"]].rstrip() + "\n" + source[function["end"] :]
        return contract_record(file, name, source, solidity.mask(source), licence, pragma) | {"cut": len(benchmarks)}
    return {"contract": name, "file": file, "license": licence, "pragma": pragma, "source": source, "functions": functions, "cut": 0}


def function_record(source: str, function: solidity.Function) -> dict:
    tokens = solidity.normal_tokens(source[function.start : function.body], source[function.body : function.end])
    return {"name": function.name, "doc": function.doc, "start": function.start, "body": function.body, "end": function.end,
            "hash": solidity.hash64(" ".join(tokens)), "tokens": len(tokens)}


def in_order(contracts: dict[int, dict], counts: Counter) -> list[dict]:
    """0.8-era contracts come first, so that they represent their duplicates."""
    counts["contracts distinct"] = len(contracts)
    for contract in contracts.values():
        counts[f"contracts under {contract['license']}"] += 1
    return sorted(contracts.values(), key=lambda c: ("0.8" not in c["pragma"], c["file"], c["contract"]))


def assign_splits(contracts: list[dict]) -> None:
    """Split by contract name, so that versions of a contract stay together: 2 % val, 2 % test."""
    in_files: Counter = Counter()
    for contract in contracts:
        in_files[contract["contract"]] += contract["in_files"]
    for contract in contracts:
        bucket = solidity.hash64("split:" + contract["contract"]) % 50
        common = in_files[contract["contract"]] > COMMON_NAME
        contract["split"] = "train" if common or bucket > 1 else ("val", "test")[bucket]


def mark_fresh(contracts: list[dict], pool: Pool, counts: Counter) -> tuple[set[int], Bands]:
    """Training functions are `fresh` at their first appearance, by hash and by MinHash. Returns all hashes and bands."""
    training = [c for c in contracts if c["split"] == "train"]
    near, hashes, signatures = NearDuplicates(), set(), []
    for function, signature in new_functions(training, hashes, pool):
        function["fresh"] = signature is None or near.add(signature)
        counts["functions near-duplicate"] += not function["fresh"]
        if signature is not None:
            signatures.append(signature)
    counts["functions distinct"] = len(hashes)
    return hashes, Bands.of(signatures)


def hold_out(contracts: list[dict], seen: set[int], training: Bands, pool: Pool, counts: Counter) -> None:
    """Held-out functions are `fresh` when training holds nothing like them, copies that it dropped included.

    A held-out contract most of whose longer functions are known is a version of a training contract under another
    name; its split becomes "known", and it is used for nothing.
    """
    held_out = [c for split in ("val", "test") for c in contracts if c["split"] == split]
    near, known = NearDuplicates(), set()
    hashes: set[int] = set()
    for function, signature in new_functions(held_out, hashes, pool):
        if function["hash"] in seen or training.near(signature):
            known.add(function["hash"])
        function["fresh"] = function["hash"] not in known and (signature is None or near.add(signature))
    for contract in held_out:
        longer = [f["hash"] in known for f in contract["functions"] if f["tokens"] >= SHORTEST]
        if sum(longer) * 2 > len(longer):
            contract["split"] = "known"
            counts["held-out contracts like training ones"] += 1


def leave_out(contracts: list[dict], outliers: set[int], counts: Counter) -> None:
    """No document is made of an outlier."""
    for function in (function for contract in contracts for function in contract["functions"]):
        if function["fresh"] and function["hash"] in outliers:
            function["fresh"] = False
            counts["functions that are outliers"] += 1


def new_functions(contracts: list[dict], hashes: set[int], pool: Pool) -> Iterator[tuple[dict, np.ndarray | None]]:
    """(function, MinHash signature) of every function whose hash is new; the others are marked as not fresh."""
    found = []
    for contract in contracts:
        for function in contract["functions"]:
            function["fresh"] = False
            if function["hash"] not in hashes:
                hashes.add(function["hash"])
                source = contract["source"]
                texts = source[function["start"] : function["body"]], source[function["body"] : function["end"]]
                found.append((function, *texts))
    signatures = pool.starmap(signature_of, ((signature, body) for _, signature, body in found), chunksize=1000)
    yield from zip((function for function, _, _ in found), signatures)


def training_documents(contracts: list[dict], split: str, seed: int) -> Iterator[dict]:
    """The documents of one split, shuffled: NatSpec and the 0.8 era first in the odds."""
    texts = []
    for contract in contracts:
        if contract["split"] == split:
            texts.extend(documents_of(contract, random.Random(seed ^ contract["key"])))
    random.Random(seed).shuffle(texts)
    yield from texts


def self_contained_files(contracts: list[dict], files: dict[int, dict]) -> Iterator[dict]:
    """Permissive files that stand alone and hold nothing but training contracts; the 0.8 era first."""
    train = {contract["key"] for contract in contracts if contract["split"] == "train"}
    for file in sorted(files.values(), key=lambda file: ("0.8" not in file["pragma"], file["name"])):
        if file["permissive"] and train.issuperset(file["keys"]):
            yield {"id": file["name"], "source": solidity.read_alone(file["path"])}


def write_jsonl(path: Path, rows: Iterable[dict]) -> int:
    """Write rows as JSONL, compressed when the name ends in .zst, and return how many."""
    count = 0
    with whole(path) as aside, opened(aside, "wt", path.suffix == ".zst") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
            count += 1
    return count


def opened(path: Path, mode: str, compressed: bool) -> TextIO:
    """A text file, compressed or not."""
    if compressed:
        return zstandard.open(path, mode, encoding="utf-8", cctx=zstandard.ZstdCompressor(level=3) if mode == "wt" else None)
    return open(path, mode, encoding="utf-8")


def read_jsonl(path: Path) -> Iterator[dict]:
    """Rows of a JSONL file, compressed or not."""
    if not path.exists():
        raise SystemExit(f"{path} is not there: run the stage that writes it, or correct the path")
    with opened(path, "rt", path.suffix == ".zst") as file:
        for number, line in enumerate(file, 1):
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise SystemExit(f"{path}:{number}: no JSON ({error}); every line is one row, and a file cut short must be made again") from error


if __name__ == "__main__":
    main()
