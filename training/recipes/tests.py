"""What the recipes promise, with the bundled model, the real judge and two processes under FSDP2, on a CPU and without a network:

    SOLWRIGHT=path/to/solwright python -m unittest -v tests

Takes two minutes of processor time.
"""

import contextlib
import io
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1", PYTHONWARNINGS="ignore")

import pandas  # noqa: E402  (after the settings above)
import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402
from trl import ModelConfig, SFTConfig  # noqa: E402

import rows  # noqa: E402
import sft  # noqa: E402
import stage  # noqa: E402
from reward import Judge, JudgeError, binary, solwright_reward  # noqa: E402

TOY = "--use_cpu true --bf16 false --dtype float32 --warmup_steps 0 --lr_scheduler_type constant --logging_steps 1".split()
SFT = "--max_length 400 --per_device_train_batch_size 2 --gradient_accumulation_steps 1 --max_steps 2 --save_steps 1".split()
GRPO = ("--max_prompt_length 256 --max_completion_length 150 --num_generations 4 --per_device_train_batch_size 4 "
        "--gradient_accumulation_steps 1 --judges 1 --behaviour false --max_steps 3 --save_steps 100 "
        "--learning_rate 1e-3").split()
LEDGER = HERE.parent / "testdata" / "Ledger.sol"


def tasks() -> list[dict]:
    """Samples of our own examples with what the judge reads of them."""
    files = [LEDGER, *sorted((REPOSITORY / "tests" / "generate" / "tasks").glob("*.sol"))]
    lines = "".join(json.dumps({"id": file.name, "source": file.read_text()}) + "\n" for file in files)
    command = [binary(), "lab", "samples", "--judge"]
    made = subprocess.run(command, input=lines, text=True, capture_output=True, check=True).stdout
    return [json.loads(line) for line in made.splitlines()]


def question(task: dict, **more: object) -> dict:
    """What the judge reads of a task."""
    return {key: task[key] for key in ("source", "span", "reference")} | more


def write(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def score(lines: list[dict]) -> list[dict]:
    """What `solwright score` prints when it is called by hand."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    made = subprocess.run([binary(), "score", "--jsonl"], input=text, text=True, capture_output=True, check=True).stdout
    return [json.loads(line) for line in made.splitlines()]


def python(*command: object, **settings) -> subprocess.CompletedProcess:
    """A script of ours; what it printed is shown when it fails."""
    done = subprocess.run([sys.executable, *map(str, command)], cwd=HERE, text=True, capture_output=True, **settings)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")
    return done


def launch(script: str, flags: list[object]) -> list[str]:
    """The command for two processes under the FSDP2 of fsdp.yaml, in f32; rollouts are faster with the weights gathered."""
    two = ["--config_file", "fsdp.yaml", "--num_processes", "2", "--mixed_precision", "no"]
    two += ["--fsdp_reshard_after_forward", str(script == "sft").lower()]
    stage_ = ["on_cpu.py", f"{script}.py", "--config", f"{script}.yaml", *TOY, *map(str, flags)]
    return ["-m", "accelerate.commands.launch", *two, *stage_]


def fingerprints(text: str, step: int) -> set[tuple[str, str]]:
    """(rank, hash of its trained weights) as printed at a step."""
    return set(re.findall(rf"rank (\d), step {step}: \d+ trained tensors, sha256 ([0-9a-f]{{64}})", text))


def history(run: Path) -> list[dict]:
    return json.loads((run / "trainer_state.json").read_text())["log_history"]


class Judging(unittest.TestCase):
    def setUp(self) -> None:
        task = next(task for task in tasks() if task["function"] == "Ledger.shareOf")
        self.task, self.right = question(task, id="shareOf"), stage.reply(task["think"], task["answer"])

    def judge(self, *settings) -> Judge:
        judge = Judge(*settings)
        self.addCleanup(judge.close)
        return judge

    def test_the_formulas_differ_on_a_body_that_does_nothing(self) -> None:
        idle = stage.reply(".", "function shareOf(address account) external view returns (uint256 share) { revert(); }")
        published, gated = (self.judge(formula).score(self.task | {"answer": idle}) for formula in ("published", "gated"))
        self.assertGreaterEqual(published["reward"], 0.7)
        self.assertEqual(gated["reward"], 0.0)

    def test_behaviour_is_asked_for(self) -> None:
        other = stage.reply(".", "function shareOf(address account) external view returns (uint256 share) {\n"
                                 "    if (total == 0) return 1;\n    share = balanceOf[account] * 10_000 / total;\n}")
        seen, unseen = (self.judge("gated", asked).score(self.task | {"answer": other}) for asked in (True, False))
        self.assertEqual((seen["parts"]["behaviour"], unseen["parts"]["behaviour"]), (0.0, None))
        self.assertLess(seen["reward"], unseen["reward"])

    def test_a_judge_that_was_killed_is_started_again(self) -> None:
        judge = self.judge("gated")
        judge.process.kill()
        judge.process.wait()
        self.assertEqual(judge.score(self.task | {"answer": self.right})["reward"], 1.0)

    def test_what_cannot_be_judged_is_named_and_the_next_is_judged(self) -> None:
        judge = self.judge("gated")
        with self.assertRaisesRegex(JudgeError, 'id "shareOf": .*no function stands at bytes 0 to 3'):
            judge.score(self.task | {"span": {"start": 0, "end": 3}, "answer": self.right})
        self.assertEqual(judge.score(self.task | {"answer": self.right})["reward"], 1.0)

    def test_a_judge_without_an_answer_in_time_is_named(self) -> None:
        with self.assertRaisesRegex(JudgeError, "0.0001 s without an answer"):
            self.judge("gated", False, 0.0001).score(self.task | {"answer": self.right})

    def test_a_reward_function_leaves_one_failure_out_and_stops_when_all_fail(self) -> None:
        reward = solwright_reward("gated", False, 2)
        good, bad = json.dumps(self.task), json.dumps(self.task | {"span": {"start": 0, "end": 3}})
        answers = [[{"role": "assistant", "content": self.right}]] * 2
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(reward(answers, task=[bad, good], id=["bad", "good"]), [None, 1.0])
        self.assertIn("no function stands", said.getvalue())
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaisesRegex(SystemExit, "failed on all of 2 answers"):
            reward(answers, task=[bad, bad], id=["bad", "bad"])

    def test_a_missing_binary_is_named_with_its_remedy(self) -> None:
        kept = os.environ["SOLWRIGHT"]
        self.addCleanup(os.environ.__setitem__, "SOLWRIGHT", kept)
        os.environ["SOLWRIGHT"] = "nowhere/solwright"
        with self.assertRaisesRegex(SystemExit, "set SOLWRIGHT"):
            Judge("gated")


class Stages(unittest.TestCase):
    """SFT, merge and GRPO, once for all tests below."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.work = Path(folder.name)
        cls.toy, cls.merged = cls.work / "toy", cls.work / "merged"
        cls.tasks = tasks()
        cls.samples = write(cls.work / "tasks.jsonl", cls.tasks)
        cls.gguf = next((REPOSITORY / "models").glob("*.gguf"))
        python("from_gguf.py", cls.gguf, cls.toy)
        cls.sft = python(*launch("sft", ["--model_name_or_path", cls.toy, "--samples", cls.samples,
                                         "--output_dir", cls.work / "sft", *SFT])).stdout
        python("merge.py", cls.work / "sft", cls.merged)
        flags = ["--model_name_or_path", cls.merged, "--tasks", cls.samples, "--output_dir", cls.work / "grpo", *GRPO]
        cls.stopped, cls.exit = cls.terminated(flags)
        cls.first = (cls.work / "grpo" / "completions" / "completions_00001.parquet").stat()
        cls.grpo = python(*launch("grpo", flags)).stdout

    @classmethod
    def terminated(cls, flags: list[object]) -> tuple[str, int]:
        """GRPO, told to stop when its first step has been logged."""
        settings = os.environ | {"TORCH_ELASTIC_SHUTDOWN_TIMEOUT": "120"}
        run = subprocess.Popen([sys.executable, *launch("grpo", flags)], cwd=HERE, env=settings, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        first, late = cls.work / "grpo" / "completions" / "completions_00001.parquet", time.monotonic() + 180
        while run.poll() is None and not first.exists() and time.monotonic() < late:
            time.sleep(0.2)
        run.send_signal(signal.SIGTERM)
        return run.communicate(timeout=150)[0], run.returncode

    def test_the_bundled_model_has_the_same_logits_here(self) -> None:
        model, tokenizer = AutoModelForCausalLM.from_pretrained(self.toy), AutoTokenizer.from_pretrained(self.toy)
        stored = json.loads((REPOSITORY / "models" / "parity.json").read_text())
        kind = self.gguf.stem.rsplit("-", 1)[1]
        for prompt in stored["prompts"]:
            self.assertEqual(tokenizer(prompt["text"])["input_ids"], prompt["ids"])
            with torch.no_grad():
                logits = model(torch.tensor([prompt["ids"]])).logits[0, -1]
            wanted = prompt["logits"][kind]["fixed"]
            torch.testing.assert_close(logits[stored["fixed"]], torch.tensor(wanted), atol=2e-3, rtol=1e-3)

    def test_only_the_answer_carries_loss(self) -> None:
        config = SFTConfig(str(self.work / "labels"), use_cpu=True, bf16=False, max_length=400, eos_token="<|im_end|>")
        model = ModelConfig(str(self.toy), dtype="float32")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            trainer = sft.trainer_of(sft.Arguments(self.samples), config, model)
        left_out = len(self.tasks) - len(trainer.train_dataset)
        self.assertIn(f"{left_out} left out {{'longer than `max_length`, 400 tokens': {left_out}}}", said.getvalue())
        replies = [stage.reply(row["think"], row["answer"]) + "<|im_end|>\n" for row in self.tasks]
        for row in trainer.train_dataset:
            learned = trainer.processing_class.decode([label for label in row["labels"] if label != -100])
            self.assertIn(learned, replies)

    def test_a_template_that_drops_the_reasoning_is_refused(self) -> None:
        tokenizer = AutoTokenizer.from_pretrained(self.toy)
        stage.check_template(tokenizer)
        content = "message['content']"
        tokenizer.chat_template = tokenizer.chat_template.replace(content, f"{content}.split('</think>')[-1]")
        with self.assertRaisesRegex(SystemExit, "its chat template changes"):
            stage.check_template(tokenizer)

    def test_losses_are_finite_and_written(self) -> None:
        for run, steps in (("sft", 2), ("grpo", 3)):
            losses = [row["loss"] for row in history(self.work / run) if "loss" in row]
            self.assertEqual(len(losses), steps)
            self.assertTrue(all(map(math.isfinite, losses)), losses)

    def test_both_ranks_have_trained_the_same_weights(self) -> None:
        for name, said, step in (("sft", self.sft, 2), ("grpo", self.grpo, 3)):
            found = fingerprints(said, step)
            self.assertEqual({rank for rank, _ in found}, {"0", "1"})
            self.assertEqual(len({weights for _, weights in found}), 1, found)
            adapter = load_file(self.work / name / "adapter_model.safetensors")
            moved = [tensor.abs().max().item() for key, tensor in adapter.items() if "lora_B" in key]
            self.assertEqual(len(moved), 28)  # seven matrices in each of four layers; B starts at 0
            self.assertGreater(min(moved), 0.0)

    def test_a_checkpoint_leads_to_the_same_weights(self) -> None:
        again = self.work / "sft_again"
        again.mkdir()
        shutil.copytree(self.work / "sft" / "checkpoint-1", again / "checkpoint-1")
        state = again / "checkpoint-1" / "trainer_state.json"
        kept = json.loads(state.read_text())
        kept["log_history"][0]["loss"] = 42.0  # a mark that a run from the start would not have
        state.write_text(json.dumps(kept))
        said = python(*launch("sft", ["--model_name_or_path", self.toy, "--samples", self.samples, "--output_dir", again, *SFT]))
        self.assertEqual(fingerprints(said.stdout, 2), fingerprints(self.sft, 2))
        self.assertEqual([row["loss"] for row in history(again) if "loss" in row],
                         [42.0, history(self.work / "sft")[1]["loss"]])

    def test_sigterm_saves_on_both_ranks_and_the_run_goes_on(self) -> None:
        found = re.findall(r"rank (\d), step (\d)", self.stopped)
        self.assertEqual(sorted(rank for rank, _ in found), ["0", "1"], self.stopped[-3000:])
        (step,) = {step for _, step in found}
        self.assertIn(step, "12")
        self.assertNotEqual(self.exit, 0)
        self.assertTrue((self.work / "grpo" / f"checkpoint-{step}" / "adapter_model.safetensors").exists())
        steps = [row["step"] for row in history(self.work / "grpo") if "loss" in row]
        self.assertEqual(steps, [1, 2, 3])
        first = self.work / "grpo" / "completions" / "completions_00001.parquet"
        self.assertEqual(first.stat().st_mtime_ns, self.first.st_mtime_ns, "the first step was run again")

    def test_rewards_are_what_score_prints_by_hand(self) -> None:
        by_name = {f"{row['id']} {row['function']}": row for row in self.tasks}
        groups = 0
        for file in sorted((self.work / "grpo" / "completions").glob("*.parquet")):
            table = pandas.read_parquet(file)
            lines = [question(by_name[name], id=name, answer=said[0]["content"])
                     for name, said in zip(table["id"], table["completion"])]
            self.assertEqual(len(lines), 8)
            wanted = torch.tensor([row["reward"] for row in score(lines)])
            torch.testing.assert_close(torch.tensor(table["solwright"].to_numpy(), dtype=torch.float32), wanted, atol=0, rtol=0)
            rows_ = [row for row in history(self.work / "grpo") if row["step"] == table["step"][0] and "reward" in row]
            (logged,) = {row["reward"] for row in rows_}
            self.assertAlmostEqual(logged, wanted.mean().item(), places=5)
            groups += sum(group.std() > 0 for group in wanted.view(-1, 4))
        self.assertGreater(groups, 0, "no group has a spread of rewards, so nothing was learned from them")

    def test_what_was_merged_is_another_model(self) -> None:
        before, after = load_file(self.toy / "model.safetensors"), load_file(self.merged / "model.safetensors")
        changed = {name for name in before if not torch.equal(before[name], after[name])}
        self.assertEqual(set(before), set(after))
        self.assertEqual(len(changed), 28)


class Corpus(unittest.TestCase):
    BROKEN = ['{"id": "cut", "source": "contract', "", '{"id": "mute", "span": {"start": 0, "end": 3}}', "[1]",
              '{"id": "nowhere", "source": "contract C {}", "span": {"start": 0, "end": 3}, "answer": "x"}']

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)
        self.lines = [question(task, id=number, answer=stage.reply(task["think"], task["answer"]))
                      for number, task in enumerate(tasks()[:80])]
        texts = [json.dumps(line) for line in self.lines]
        (self.work / "corpus.jsonl").write_text("\n".join(texts[:40] + self.BROKEN + texts[40:]) + "\n")

    def run_with(self, workers: int, out: str) -> tuple[bytes, str]:
        corpus = self.work / "corpus.jsonl"
        said = python("score_corpus.py", "--corpus", corpus, "--out", self.work / out, "--workers", workers)
        return (self.work / out).read_bytes(), said.stderr

    def test_two_workers_give_what_one_gives_and_what_score_prints(self) -> None:
        one, said = self.run_with(1, "one.jsonl")
        two, _ = self.run_with(2, "two.jsonl")
        self.assertEqual(one, two)
        got = [json.loads(line) for line in one.splitlines()]
        self.assertEqual([row["line"] for row in got], list(range(1, 86)))
        self.assertEqual([row["line"] for row in got if "error" in row], [41, 42, 43, 44, 45])
        whys = {41: "not JSON", 43: "without `answer`", 44: "not an object", 45: 'id "nowhere": .*no function stands'}
        for line, why in whys.items():
            self.assertRegex(said, f"line {line}: no score: {why}")
        self.assertIn("80 rows used, 5 left out {'no score': 5}", said)
        wanted = {row["id"]: (row["reward"], row["parts"]) for row in score(self.lines)}
        self.assertEqual({row["id"]: (row["reward"], row["parts"]) for row in got if "error" not in row}, wanted)

        # A run that was stopped in the middle of a line goes on to the same file.
        cut = one.index(b"\n", len(one) // 2) + 20
        (self.work / "three.jsonl.gated.partial").write_bytes(one[:cut])
        self.assertEqual(self.run_with(2, "three.jsonl")[0], one)

    def test_a_file_without_a_usable_row_is_an_error(self) -> None:
        path = self.work / "bad.jsonl"
        path.write_text('{"messages": []}\nnot JSON\n')
        with contextlib.redirect_stderr(io.StringIO()) as said, self.assertRaisesRegex(SystemExit, "no usable row"):
            sft.samples(path, None, None)
        self.assertIn("line 1: without `think`, `answer`", said.getvalue())
        self.assertIn("line 2: not JSON", said.getvalue())
        with self.assertRaisesRegex(SystemExit, "no such file"):
            rows.read(self.work / "none.jsonl", {})


if __name__ == "__main__":
    unittest.main()
