"""Stage 1: public Solidity files -> distinct functions in their contracts, training documents, whole files for SFT.

    python corpus.py build --sources DIR --out DIR [--hashes corpus/train.hashes.zst]
    python corpus.py contamination TASKS.jsonl [--hashes corpus/train.hashes.zst]

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
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import zstandard

import solidity
from documents import documents_of
from near_duplicates import NearDuplicates, signature_of

HASHES = Path(__file__).parent / "corpus" / "train.hashes.zst"
COMMON_NAME = 20  # a contract name in more files than this is a library of the trade, and always training data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stages = parser.add_subparsers(dest="stage", required=True)
    build_args = stages.add_parser("build")
    build_args.add_argument("--sources", type=Path, required=True, nargs="+")
    build_args.add_argument("--out", type=Path, required=True)
    build_args.add_argument("--hashes", type=Path, default=HASHES)
    build_args.add_argument("--workers", type=int, default=2)
    build_args.add_argument("--seed", type=int, default=1)
    check_args = stages.add_parser("contamination")
    check_args.add_argument("tasks", type=Path)
    check_args.add_argument("--hashes", type=Path, default=HASHES)
    args = parser.parse_args()
    if args.stage == "build":
        build(args.sources, args.out, args.hashes, args.workers, args.seed)
    else:
        contamination(args.tasks, args.hashes)


def build(sources: list[Path], out: Path, hashes: Path, workers: int, seed: int) -> None:
    """Read, deduplicate, split and write everything."""
    out.mkdir(parents=True, exist_ok=True)
    paths = sorted((path, folder) for folder in sources for path in folder.rglob("*.sol"))
    if not paths:
        raise SystemExit(f"no .sol file under {', '.join(map(str, sources))}: pass a folder of Solidity sources")
    with Pool(workers) as pool:
        parts = pool.map(read_files, [paths[i::workers] for i in range(workers)])
        counts: Counter = sum((part["counts"] for part in parts), Counter())
        for problem in [problem for part in parts for problem in part["problems"]][:20]:
            print(f"skipped {problem}")
        if not any(part["contracts"] for part in parts):
            raise SystemExit(f"nothing usable under {', '.join(map(str, sources))}: {dict(counts)}; "
                             f"only files whose SPDX licence is one of {', '.join(sorted(solidity.PERMISSIVE))} are read")
        contracts = distinct_contracts(parts, counts)
        train_hashes = assign_splits(contracts)
        mark_fresh(contracts, train_hashes, pool, counts)
    contracts = [contract for contract in contracts if any(function["fresh"] for function in contract["functions"])]
    counts["contracts written"] = write_jsonl(out / "contracts.jsonl.zst", contracts)
    counts["documents written"] = write_jsonl(out / "documents.jsonl.zst", training_documents(contracts, "train", seed))
    write_jsonl(out / "documents.val.jsonl.zst", training_documents(contracts, "val", seed))
    counts["files written"] = write_jsonl(out / "files.jsonl.zst", self_contained_files(parts, train_hashes))
    write_hashes(hashes, train_hashes)
    for split in ("train", "val", "test"):
        counts[f"functions {split}"] = sum(f["fresh"] for c in contracts if c["split"] == split for f in c["functions"])
    (out / "counts.json").write_text(json.dumps(dict(counts), indent=2))
    print(json.dumps(dict(counts), indent=2))


def read_files(paths: list[tuple[Path, Path]]) -> dict:
    """One worker's share: the distinct contracts of the permissive files, and the files that stand alone."""
    counts, problems, contracts, files = Counter(), [], {}, {}
    for path, folder in paths:
        counts["files seen"] += 1
        name = str(path.relative_to(folder))
        try:
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            counts["files unreadable"] += 1
            problems.append(f"`{name}`: {error}")
            continue
        if "<|" in text:
            counts["files with text like a special token"] += 1
            continue
        permissive = [part for part in solidity.sections(text) if solidity.is_permissive(text[part[0] : part[1]])]
        if not permissive:
            counts["files without a permissive licence"] += 1
            continue
        counts["files with permissive parts"] += 1
        masked = solidity.mask(text)
        keys = []
        for contract_name, start, end in solidity.contract_spans(masked):
            counts["contracts seen"] += 1
            licence = next((name for first, last, name in permissive if first <= start and end <= last), None)
            if licence is None:
                counts["contracts without a permissive licence"] += 1
                continue
            key = solidity.hash64(" ".join(masked[start:end].split()) + contract_name)
            keys.append(key)
            if key not in contracts:
                contracts[key] = contract_record(name, contract_name, text[start:end], licence, solidity.pragma(text, start))
            contracts[key]["in_files"] += 1
        if keys and solidity.is_permissive(text) and not solidity.has_imports(masked):
            files.setdefault(solidity.hash64("".join(masked.split())), (name, text, keys))
    return {"counts": counts, "problems": problems, "contracts": contracts, "files": files}


def contract_record(file: str, name: str, source: str, licence: str, pragma: str) -> dict:
    """One line of `contracts`; offsets are in `source`, a function's `doc` is where its NatSpec starts."""
    functions = []
    for function in solidity.functions(source):
        signature, body = source[function.start : function.body], source[function.body : function.end]
        tokens = solidity.normal_tokens(signature, body)
        functions.append({"name": function.name, "doc": function.doc, "start": function.start, "body": function.body,
                          "end": function.end, "hash": solidity.hash64(" ".join(tokens)), "tokens": len(tokens)})
    return {"contract": name, "file": file, "license": licence, "pragma": pragma, "source": source,
            "functions": functions, "in_files": 0}


def distinct_contracts(parts: list[dict], counts: Counter) -> list[dict]:
    """Merge the workers' shares; 0.8-era contracts come first, so that they represent their duplicates."""
    merged: dict[int, dict] = {}
    for part in parts:
        for key, contract in part["contracts"].items():
            known = merged.setdefault(key, contract)
            if known is not contract:
                first, second = sorted((known, contract), key=lambda c: c["file"])
                first["in_files"] += second["in_files"]
                merged[key] = first
    for key, contract in merged.items():
        contract["key"] = key
    counts["contracts distinct"] = len(merged)
    for contract in merged.values():
        counts[f"contracts under {contract['license']}"] += 1
    return sorted(merged.values(), key=lambda c: ("0.8" not in c["pragma"], c["file"], c["contract"]))


def assign_splits(contracts: list[dict]) -> np.ndarray:
    """Split by contract name, so that versions of a contract stay together: 2 % val, 2 % test. Returns train's hashes."""
    in_files: Counter = Counter()
    for contract in contracts:
        in_files[contract["contract"]] += contract["in_files"]
    for contract in contracts:
        bucket = solidity.hash64("split:" + contract["contract"]) % 50
        common = in_files[contract["contract"]] > COMMON_NAME
        contract["split"] = "train" if common or bucket > 1 else ("val", "test")[bucket]
    train = {function["hash"] for c in contracts if c["split"] == "train" for function in c["functions"]}
    return np.array(sorted(train), dtype="<u8")


def mark_fresh(contracts: list[dict], train_hashes: np.ndarray, pool: Pool, counts: Counter) -> None:
    """`fresh` is a function's first appearance, by hash and by MinHash; held-out functions known to train are not."""
    seen, candidates = set(), []
    order = {"train": 0, "val": 1, "test": 2}
    train = set(train_hashes.tolist())
    for contract in sorted(contracts, key=lambda c: order[c["split"]]):
        for function in contract["functions"]:
            known = function["hash"] in seen or (contract["split"] != "train" and function["hash"] in train)
            function["fresh"] = not known
            seen.add(function["hash"])
            if function["fresh"]:
                source = contract["source"]
                candidates.append((function, source[function["start"] : function["body"]], source[function["body"] : function["end"]]))
    counts["functions distinct"] = len(candidates)
    signatures = pool.starmap(signature_of, ((signature, body) for _, signature, body in candidates), chunksize=2000)
    near = NearDuplicates()
    for (function, _, _), signature in zip(candidates, signatures):
        if signature is not None and not near.add(signature):
            function["fresh"] = False
            counts["functions near-duplicate"] += 1


def training_documents(contracts: list[dict], split: str, seed: int) -> Iterator[dict]:
    """The documents of one split, shuffled: NatSpec and the 0.8 era first in the odds."""
    texts = []
    for contract in contracts:
        if contract["split"] == split:
            texts.extend(documents_of(contract, random.Random(seed ^ contract["key"])))
    random.Random(seed).shuffle(texts)
    yield from texts


def self_contained_files(parts: list[dict], train_hashes: np.ndarray) -> Iterator[dict]:
    """Files without imports whose every function is training data; the 0.8 era first."""
    train = set(train_hashes.tolist())
    files = {key: entry for part in parts for key, entry in part["files"].items()}
    hashes_of: dict[int, list[int]] = defaultdict(list)
    for part in parts:
        for key, contract in part["contracts"].items():
            hashes_of[key] = [function["hash"] for function in contract["functions"]]
    chosen = sorted(files.values(), key=lambda entry: ("0.8" not in solidity.pragma(entry[1]), entry[0]))
    for name, text, keys in chosen:
        if all(value in train for key in keys for value in hashes_of[key]):
            yield {"id": name, "source": text}


def contamination(tasks: Path, hashes: Path) -> None:
    """Print how many functions of a task file (or a .sol file) stand in the training set."""
    train = set(read_hashes(hashes).tolist())
    found = total = 0
    for label, text in task_functions(tasks):
        for function in solidity.functions(text):
            total += 1
            if solidity.body_hash(text[function.start : function.body], text[function.body : function.end]) in train:
                found += 1
                print(f"in training data: `{function.name}` of {label}")
    print(f"{found} of {total} functions with a body are in the training data ({len(train)} hashes)")


def task_functions(tasks: Path) -> Iterator[tuple[str, str]]:
    """(label, Solidity text) of every task: JSONL with `reference`, `function`, `body` or `source`, or one .sol file."""
    text = tasks.read_text(encoding="utf-8")
    if tasks.suffix == ".sol":
        yield tasks.name, text
        return
    for number, line in enumerate(text.splitlines(), 1):
        task = json.loads(line)
        code = next((task[field] for field in ("reference", "function", "body", "source") if task.get(field)), None)
        if code is None:
            raise SystemExit(f"{tasks}:{number}: no `reference`, `function`, `body` or `source` in the task")
        yield str(task.get("id", f"line {number}")), code


def write_jsonl(path: Path, rows: Iterable[dict]) -> int:
    """Write rows as zstd JSONL and return how many."""
    count = 0
    with zstandard.open(path, "wt", encoding="utf-8", cctx=zstandard.ZstdCompressor(level=3)) as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
            count += 1
    return count


def read_jsonl(path: Path) -> Iterator[dict]:
    """Rows of a JSONL file, compressed or not."""
    if not path.exists():
        raise SystemExit(f"{path} is not there: run the stage that writes it, or correct the path")
    with zstandard.open(path, "rt", encoding="utf-8") if path.suffix == ".zst" else open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_hashes(path: Path, hashes: np.ndarray) -> None:
    """Sorted 64-bit hashes, little-endian, zstd."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.compress(hashes.astype("<u8").tobytes(), 19))


def read_hashes(path: Path) -> np.ndarray:
    """The hashes that `write_hashes` wrote."""
    return np.frombuffer(zstandard.decompress(path.read_bytes()), dtype="<u8")


if __name__ == "__main__":
    main()
