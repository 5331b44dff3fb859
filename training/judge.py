"""`solwright score --jsonl` as the judge: long-lived processes, one line in, one line out.

A judge that hangs or dies costs the answer it had, which is counted, and is started again. The answers to one prompt go to
one process, for it keeps the compiled reference.
"""

import json
import os
import select
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue


class Judge:
    """Some processes, as many answers in flight."""

    def __init__(self, command: Sequence[str], workers: int, seconds: float) -> None:
        self.command, self.seconds = list(command), seconds
        self.pool = ThreadPoolExecutor(workers)
        self.idle: SimpleQueue[subprocess.Popen] = SimpleQueue()
        for _ in range(workers):
            self.idle.put(self.start())

    def submit(self, prompt: dict, answers: list[str]) -> "Future[list[dict]]":
        """What `solwright score` says of each answer, later; {"problem": …} where it said nothing."""
        return self.pool.submit(self.scores, prompt, answers)

    def scores(self, prompt: dict, answers: list[str]) -> list[dict]:
        known: dict[str, dict] = {}
        process = self.idle.get()
        for answer in answers:
            if answer not in known:
                known[answer] = self.ask(process, prompt, answer)
                if process.poll() is not None:
                    process = self.start()
        self.idle.put(process)
        return [known[answer] for answer in answers]

    def ask(self, process: subprocess.Popen, prompt: dict, answer: str) -> dict:
        line = {name: prompt[name] for name in ("id", "source", "span", "reference")} | {"answer": answer}
        try:
            process.stdin.write(json.dumps(line).encode() + b"\n")
            said = json.loads(self.line(process))
        except TimeoutError:
            said = {"error": "timeout"}
        except (OSError, ValueError):
            said = {"error": "crash"}
        if said.get("error") in ("timeout", "crash"):
            process.kill()
            end(process)
        return {"problem": said["error"]} if "error" in said else said

    def line(self, process: subprocess.Popen) -> bytes:
        """One line within the time; an empty one when the process has ended."""
        text, until = b"", time.monotonic() + self.seconds
        while not text.endswith(b"\n"):
            if not select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(process.stdout.fileno(), 1 << 20)
            if not part:
                break
            text += part
        return text

    def start(self) -> subprocess.Popen:
        try:
            return subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        except OSError as error:
            raise SystemExit(f"`{self.command[0]}` cannot be started ({error.strerror}): pass --solwright PATH, "
                             "which `cargo xtask dist` builds") from error

    def close(self) -> None:
        self.pool.shutdown()
        while not self.idle.empty():
            end(self.idle.get())


def end(process: subprocess.Popen) -> None:
    process.stdin.close()
    process.stdout.close()
    process.wait()


def command_of(solwright: str, formula: str) -> list[str]:
    return [solwright, "score", "--jsonl", "--behaviour", "--formula", formula]
