"""The reward of an answer: `solwright score --jsonl`, the judge of the editor and of the benchmark.

Each rank has judges of its own. A judge that dies or does not answer in time is started again and asked once more; if that fails
too, the answer is named, counted, and gets no reward (TRL gives it no advantage). SOLWRIGHT names the binary.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Timer

PROBE = "contract C {\n    uint256 x;\n    function f() external view returns (uint256) {\n        return x;\n    }\n}\n"
PARTS = ("compile", "security", "format", "behaviour")


class JudgeError(Exception):
    """The judge gave no reward; the message says for what and why."""


class Judge:
    """One process, which is asked line by line."""

    def __init__(self, formula: str, behaviour: bool = False, seconds: float = 60.0) -> None:
        self.command = [binary(), "score", "--jsonl", "--formula", formula, *(["--behaviour"] if behaviour else [])]
        self.seconds = seconds
        self.start()

    def start(self) -> None:
        """A fresh process; what it says when it dies goes to a file, for an unread pipe would stop it."""
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)

    def score(self, line: dict) -> dict:
        """The judge's answer to a line; asked twice before it fails."""
        try:
            return self.ask(line)
        except JudgeError:
            return self.ask(line)

    def ask(self, line: dict) -> dict:
        """One line there, one line back. A failure leaves a fresh process for the next."""
        late = Timer(self.seconds, self.process.kill)
        late.start()
        try:
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            late.cancel()
        if not answer.endswith(b"\n"):
            raise JudgeError(f"id {json.dumps(line.get('id'))}: {self.bury()}")
        scored = json.loads(answer)
        if "error" in scored:
            raise JudgeError(f"id {json.dumps(line.get('id'))}: {scored['error']}")
        return scored

    def bury(self) -> str:
        """Why the process is gone; another takes its place."""
        self.stop()
        code = self.process.returncode
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip().replace("\n", " ")
        self.errors.close()
        self.start()
        killed = f"the judge was killed, after {self.seconds:g} s without an answer or for want of memory"
        return said or (killed if code == -9 else f"the judge ended with code {code} and said nothing")

    def close(self) -> None:
        """No more questions."""
        self.stop()
        self.errors.close()

    def stop(self) -> None:
        """An end of input ends it."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self.process.wait()


def binary() -> str:
    """Where `solwright` is."""
    found = shutil.which(os.environ.get("SOLWRIGHT", "solwright"))
    if not found:
        raise SystemExit("no `solwright` to judge by: `cargo build --release`, then set SOLWRIGHT to the path of the binary")
    return os.path.abspath(found)


def probe(judge: Judge) -> None:
    """A judge that has no compiler gives low rewards to all, in silence: ask it for what must be 1."""
    start, end = PROBE.index("function"), PROBE.index("    }\n") + 5
    answer = f"<think>\nPurpose: reads x.\n</think>\n<answer>\n{PROBE[start:end]}\n</answer>"
    scored = judge.score({"id": "probe", "source": PROBE, "span": {"start": start, "end": end}, "answer": answer})
    if scored["reward"] != 1.0:
        raise SystemExit(f"{judge.command[0]}: gives {scored['reward']} to a function that is right; ask `solwright doctor`")


def solwright_reward(formula: str, behaviour: bool, judges: int) -> Callable[..., list[float | None]]:
    """A reward function as TRL's GRPOTrainer calls it: `task` and `id` are columns of the data set."""
    pool: SimpleQueue[Judge] = SimpleQueue()
    for _ in range(judges):
        pool.put(Judge(formula, behaviour))
    probe(first := pool.get())
    pool.put(first)
    threads = ThreadPoolExecutor(judges)

    def one(task: str, answer: str) -> dict:
        judge = pool.get()
        try:
            return judge.score(json.loads(task) | {"answer": answer})
        except JudgeError as error:
            print(f"reward: {error}", file=sys.stderr, flush=True)
            return {"reward": None}
        finally:
            pool.put(judge)

    def solwright(completions: list, task: list[str], id: list[str], log_extra=None, log_metric=None, **_) -> list[float | None]:
        scored = list(threads.map(one, task, [completion[-1]["content"] for completion in completions]))
        judged = [row for row in scored if row["reward"] is not None]
        if not judged:
            raise SystemExit(f"the judge failed on all of {len(scored)} answers; the last messages say why")
        if log_extra:
            log_extra("id", id)
        if log_metric:
            log_metric("judge/failed", 1 - len(judged) / len(scored))
            log_metric("judge/idle", mean([row["idle"] for row in judged]))  # `revert()` and the like: reward hacking
            for part in PARTS:
                log_metric(f"judge/{part}", mean([row["parts"][part] for row in judged]))
        return [row["reward"] for row in scored]

    return solwright


def mean(values: list[float | None]) -> float:
    """Of those that are known; TRL leaves NaN out of its averages."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else float("nan")
