"""Scores a JSONL corpus with `solwright score`, by Ray Data.

    SOLWRIGHT=path/to/solwright python score_corpus.py --corpus lines.jsonl --out scored.jsonl --workers 8

A line is what `solwright score --jsonl` reads: {"id", "source" or "project", "span", "answer", "reference"?}. Each worker has
a judge of its own. For each line one line is written, in the same order: {"line", "id", "reward", "parts", …} or {"line",
"id"?, "error"}; errors are named and counted. The result is the same for any number of workers. What is done is in
OUT.….partial, from where the same command goes on after a stop. On a Ray cluster, set RAY_ADDRESS, SOLWRIGHT on every node,
and put the corpus where every node can read it.
"""

import argparse
import json
import logging
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray  # noqa: E402  (it reads the setting above when it is imported)

import rows
from reward import Judge, JudgeError, probe

CHUNK = 32  # lines that a worker takes at a time
FIELDS = {"span": dict, "answer": str}
HASTY = ("milliseconds", "resolve")  # parts of a verdict that hang on how busy the machine is; no reward hangs on them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1) - 1))
    parser.add_argument("--formula", choices=["gated", "published"], default="gated")
    parser.add_argument("--behaviour", action="store_true", help="run answers beside their `reference`, too")
    args = parser.parse_args()
    if not args.corpus.is_file():
        raise SystemExit(f"{args.corpus}: no such file")
    partial = args.out.with_name(f"{args.out.name}.{args.formula}{'.behaviour' if args.behaviour else ''}.partial")
    probe(judge := Judge(args.formula, args.behaviour))
    judge.close()
    done = resume(partial)
    found = list(chunks(args.corpus, done))
    print(f"{args.corpus}: {done:,} lines are done, {sum(chunk['lines'] for chunk in found):,} to do", flush=True)
    if found:
        score(found, partial, args)
    finish(args.corpus, partial, args.out)


def resume(partial: Path) -> int:
    """Lines that an earlier run wrote; half a line at the end is cut off."""
    if not partial.exists():
        return 0
    text = partial.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    os.truncate(partial, len(whole))
    return whole.count(b"\n")


def chunks(corpus: Path, done: int) -> Iterator[dict]:
    """Where the lines that are still to do lie in the file, some lines at a time: Ray carries places, not texts."""
    with corpus.open("rb") as lines:
        number, offset, chunk = 0, 0, None
        for line in lines:
            number += 1
            if number > done:
                chunk = chunk or {"first": number, "offset": offset, "bytes": 0, "lines": 0}
                chunk["bytes"] += len(line)
                chunk["lines"] += 1
            offset += len(line)
            if chunk and chunk["lines"] == CHUNK:
                yield chunk
                chunk = None
        if chunk:
            yield chunk


def score(found: list[dict], partial: Path, args: argparse.Namespace) -> None:
    """One actor a worker; results are written as they come, in the order of the corpus."""
    local = {} if "RAY_ADDRESS" in os.environ else {"num_cpus": args.workers + 1, "include_dashboard": False}
    here = {"working_dir": str(Path(__file__).parent)}
    ray.init(log_to_driver=False, logging_level=logging.ERROR, runtime_env=here, **local)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    scored = ray.data.from_items(found, override_num_blocks=len(found)).map_batches(
        Scorer,
        fn_constructor_args=(str(args.corpus.resolve()), args.formula, args.behaviour),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=args.workers),
    )
    with partial.open("a") as out:
        for row in scored.iter_rows():
            out.write(row["scored"])
            out.flush()
    ray.shutdown()


def ready(formula: str, behaviour: bool) -> Judge:
    """A judge that judges. What ends this process would only make Ray start an actor again, so it is an ordinary error."""
    try:
        probe(judge := Judge(formula, behaviour))
    except SystemExit as error:
        raise RuntimeError(str(error)) from None
    return judge


class Scorer:
    """A worker, with its judge."""

    def __init__(self, corpus: str, formula: str, behaviour: bool) -> None:
        self.corpus = corpus
        self.judge = ready(formula, behaviour)

    def __call__(self, batch: dict) -> dict:
        return {"scored": [self.chunk(*place) for place in zip(batch["first"], batch["offset"], batch["bytes"])]}

    def chunk(self, first: int, offset: int, size: int) -> str:
        """The scored lines of one place in the corpus."""
        with open(self.corpus, "rb") as file:
            file.seek(int(offset))
            lines = BytesIO(file.read(int(size)))
        scored = [{"line": int(number)} | self.line(line) for number, line in enumerate(lines, first)]
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in scored)

    def line(self, line: bytes) -> dict:
        """What the judge says, or why it says nothing."""
        row = rows.parse(line, FIELDS)
        if isinstance(row, str):
            return {"error": row}
        try:
            scored = self.judge.score(row)
        except JudgeError as error:
            return {"id": row.get("id"), "error": str(error)}
        for hasty in HASTY:
            scored["verdict"].pop(hasty, None)
        return scored


def finish(corpus: Path, partial: Path, out: Path) -> None:
    """Counts, names what has no score, and gives the file its name."""
    bad, good, rewards = rows.Bad(corpus), 0, 0.0
    with partial.open() as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            if row["line"] != number:
                raise SystemExit(f"{partial}, line {number}: it is line {row['line']} of another corpus; delete the file")
            if "error" in row:
                bad.add(number, "no score", row["error"])
            else:
                good, rewards = good + 1, rewards + row["reward"]
    os.replace(partial, out)
    bad.report(good)
    print(f"{out}: {good:,} lines scored, mean reward {rewards / good:.4f}")


if __name__ == "__main__":
    main()
