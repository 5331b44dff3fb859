"""What reinforcement learning promises, on numbers worked out by hand and random weights: `python -m unittest tests_grpo`.

Those that need the judge run where SOLWRIGHT names the binary; `runs/smoke.sh` sees to that.
"""

import argparse
import copy
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch
from tokenizers import Tokenizer

import grpo
import loop
import rollout
import tokenizer as bpe
from judge import Judge, command_of
from qwen2 import Config, Qwen2

SOLWRIGHT = os.environ.get("SOLWRIGHT", "")
HERE = Path(__file__).parent
PURSE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Purse {
    uint256 public total;
    /// @notice Adds to the total
    function add(uint256 amount) external returns (uint256) {
        total += amount;
        return total;
    }
    /// @notice Twice a number
    function twice(uint256 amount) external pure returns (uint256) {
        return amount * 2;
    }
}
"""


def random_model(seed: int = 1) -> Qwen2:
    torch.manual_seed(seed)
    model = Qwen2(Config(vocab_size=64, hidden=32, layers=2, heads=4, kv_heads=2, ffn=48))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if parameter.ndim == 1 else 0.0, std=0.2)
    return model


def sampled(model: Qwen2, seed: int = 5, length: int = 12) -> rollout.Group:
    return rollout.sample(model, torch.arange(1, 8), 4, length, stops=set(range(10)), pad=63, temperature=0.9, seed=seed)


class Rollout(unittest.TestCase):
    def test_sampling_with_a_cache_equals_the_full_forward_pass(self) -> None:
        model = random_model()
        group = sampled(model, length=40)
        self.assertGreater(len({len(row) for row in group.rows()}), 1)
        whole = torch.cat((group.prompt.expand(4, -1), group.answers), dim=1)
        logits = model.logits(whole)[:, len(group.prompt) - 1 : -1] / 0.9
        logps = logits.log_softmax(-1).gather(2, group.answers[..., None])[..., 0]
        torch.testing.assert_close(group.logps[group.mask], logps[group.mask], atol=1e-5, rtol=1e-5)
        again, _ = rollout.logps_of(model, group, 0.9)
        torch.testing.assert_close(again[group.mask], logps[group.mask], atol=1e-5, rtol=1e-5)

    def test_the_shared_prompt_gets_the_gradient_of_every_row(self) -> None:
        model, group = random_model(), sampled(random_model())
        rollout.logps_of(model, group, 1.0)[0][group.mask].sum().backward()
        shared = [parameter.grad.clone() for parameter in model.parameters()]
        model.zero_grad()
        whole = torch.cat((group.prompt.expand(4, -1), group.answers), dim=1)
        logps = model.logits(whole)[:, len(group.prompt) - 1 : -1].log_softmax(-1).gather(2, group.answers[..., None])[..., 0]
        logps[group.mask].sum().backward()
        for one, parameter in zip(shared, model.parameters()):
            torch.testing.assert_close(one, parameter.grad, atol=1e-4, rtol=1e-4)

    def test_a_row_ends_with_its_first_stop_token(self) -> None:
        group = sampled(random_model(), length=60)
        for row, kept in zip(group.rows(), group.mask):
            self.assertTrue(all(token >= 10 for token in row[:-1]))
            self.assertTrue(row[-1] < 10 or len(row) == 60)
            self.assertEqual(kept.tolist(), sorted(kept.tolist(), reverse=True))

    def test_the_seed_fixes_the_answers(self) -> None:
        model = random_model()
        self.assertEqual(sampled(model).rows(), sampled(model).rows())
        self.assertNotEqual(sampled(model).rows(), sampled(model, seed=6).rows())


class Loss(unittest.TestCase):
    def test_advantages_are_deviations_from_the_groups_mean(self) -> None:
        got = grpo.advantages(torch.tensor([1.0, 0.0, 0.0, 1.0]))
        torch.testing.assert_close(got, torch.tensor([1.0, -1.0, -1.0, 1.0]), atol=1e-3, rtol=0)
        torch.testing.assert_close(grpo.advantages(torch.tensor([0.2, 0.2, 0.2])), torch.zeros(3))

    def test_an_answer_that_was_not_judged_neither_counts_nor_learns(self) -> None:
        got = grpo.advantages(torch.tensor([1.0, float("nan"), 0.0]))
        torch.testing.assert_close(got, torch.tensor([1.0, 0.0, -1.0]), atol=1e-3, rtol=0)
        torch.testing.assert_close(grpo.advantages(torch.full((2,), float("nan"))), torch.zeros(2))

    def test_k3_is_what_schulman_wrote_and_its_mean_is_the_divergence(self) -> None:
        got = grpo.k3(torch.log(torch.tensor([0.5, 0.5])), torch.log(torch.tensor([0.25, 0.75])))
        torch.testing.assert_close(got, torch.tensor([0.5 + math.log(2) - 1, 1.5 - math.log(1.5) - 1]))
        self.assertAlmostEqual(got.mean().item(), 0.5 * math.log(2) + 0.5 * math.log(0.5 / 0.75), places=6)

    def test_the_clip_holds_only_what_has_gone_far_enough_already(self) -> None:
        ratios, signs = torch.tensor([1.5, 1.5, 0.5, 0.5]), torch.tensor([1.0, -1.0, 1.0, -1.0])
        logps = ratios.log().requires_grad_()
        losses, _, held = grpo.token_losses(logps, torch.zeros(4), logps.detach(), signs, clip=0.2, beta=0.0)
        torch.testing.assert_close(losses, torch.tensor([-1.2, 1.5, -0.5, 0.8]))
        self.assertEqual(held.tolist(), [True, False, False, True])
        losses.sum().backward()
        torch.testing.assert_close(logps.grad, torch.tensor([0.0, 1.5, -0.5, 0.0]))

    def test_the_gradient_of_kl_pulls_back_to_the_reference(self) -> None:
        logps = torch.tensor([-1.0], requires_grad=True)
        sampled_at, anchor = torch.tensor([-1.0]), torch.tensor([-2.0])
        losses, distance, _ = grpo.token_losses(logps, sampled_at, anchor, torch.zeros(1), clip=0.2, beta=0.5)
        losses.sum().backward()
        self.assertAlmostEqual(distance.item(), math.exp(-1), places=6)
        self.assertAlmostEqual(logps.grad.item(), 0.5 * (1 - math.exp(-1)), places=6)

    def test_padding_does_not_leak_into_the_loss(self) -> None:
        model, settings = random_model(), argparse.Namespace(temperature=0.9, clip=0.2, beta=0.04)
        group = sampled(model, length=40)
        anchor = rollout.logps_of(random_model(2), group, 0.9)[0].detach()
        self.assertFalse(group.mask.all())
        poisoned = rollout.Group(group.prompt, group.answers.masked_fill(~group.mask, 33), group.mask,
                                 group.logps.masked_fill(~group.mask, float("inf")))
        advantage = torch.tensor([1.0, -1.0, 0.5, 0.0])
        one = grpo.group_loss(model, group, anchor, advantage, settings)[0]
        other = grpo.group_loss(model, poisoned, anchor.masked_fill(~group.mask, float("nan")), advantage, settings)[0]
        torch.testing.assert_close(one, other)
        wanted = torch.autograd.grad(one, list(model.parameters()))
        got = torch.autograd.grad(other, list(model.parameters()))
        for a, b in zip(wanted, got):
            torch.testing.assert_close(a, b)

    def test_a_step_makes_the_better_answer_likelier(self) -> None:
        model = random_model()
        reference = copy.deepcopy(model)
        group = sampled(model)
        settings = argparse.Namespace(temperature=0.9, clip=0.2, beta=0.0, rate=1e-3, warmup=1, updates=1)
        scores = [[{"reward": reward} for reward in (1.0, 0.0, 0.0, 0.0)]]
        before = rollout.logps_of(model, group, 0.9)[0].detach()
        seen = grpo.learn(model, reference, torch.optim.AdamW(model.parameters()), [group], scores, settings, step=0)
        gained = ((rollout.logps_of(model, group, 0.9)[0] - before) * group.mask).sum(1)
        self.assertGreater(gained[0].item(), 0.0)
        self.assertLess(gained[1:].sum().item(), 0.0)
        self.assertAlmostEqual(seen["kl"], 0.0, places=5)


class JudgeBreaks(unittest.TestCase):
    """Judges that misbehave as no real one does at will: a shell in its place."""

    PROMPT = {"id": 1, "source": "", "span": {}, "reference": ""}
    WELL = "echo '{\"reward\": 1}'"

    def said_by(self, script: str) -> list[dict]:
        judge = Judge(["sh", "-c", script], workers=1, seconds=1.0)
        try:
            return judge.submit(self.PROMPT, ["first", "second", "first"]).result()
        finally:
            judge.close()

    def test_a_hang_or_a_crash_costs_its_answer_alone(self) -> None:
        hang = f"while read line; do case $line in *first*) sleep 9;; *) {self.WELL};; esac; done"
        crash = f"while read line; do case $line in *first*) exit 3;; *) {self.WELL};; esac; done"
        self.assertEqual(self.said_by(hang), [{"problem": "timeout"}, {"reward": 1}, {"problem": "timeout"}])
        self.assertEqual(self.said_by(crash), [{"problem": "crash"}, {"reward": 1}, {"problem": "crash"}])

    def test_a_judge_that_is_not_there_is_named(self) -> None:
        with self.assertRaisesRegex(SystemExit, "`no-such-binary` cannot be started.*--solwright"):
            Judge(["no-such-binary"], workers=1, seconds=1.0)


@unittest.skipUnless(SOLWRIGHT, "SOLWRIGHT does not name the judge's binary")
class WithTheJudge(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)
        line = json.dumps({"id": "purse", "source": PURSE})
        made = subprocess.run([SOLWRIGHT, "lab", "samples", "--judge"], input=line, capture_output=True, text=True, check=True)
        (self.path / "samples.jsonl").write_text(made.stdout)
        words = bpe.train(iter([PURSE, made.stdout]), 400)
        words.save(str(self.path / "tokenizer.json"))
        model = Qwen2(Config(vocab_size=words.get_vocab_size(), hidden=32, layers=1, heads=2, kv_heads=1, ffn=32))
        loop.save(model, [], loop.Progress(), self.path)

    def run_grpo(self, out: str, steps: int) -> list[dict]:
        command = [sys.executable, "grpo.py", "--samples", self.path / "samples.jsonl", "--checkpoint", self.path / "checkpoint.pt",
                   "--tokenizer", self.path / "tokenizer.json", "--out", self.path / out, "--solwright", SOLWRIGHT, "--steps", steps,
                   "--prompts-per-step", 1, "--group", 3, "--length", 12, "--prompt-tokens", 4000, "--threads", 1, "--judges", 1]
        subprocess.run([str(part) for part in command], cwd=HERE, check=True, capture_output=True)
        return [json.loads(line) for line in (self.path / out / "log.jsonl").read_text().splitlines()]

    def test_a_resumed_run_gives_the_same_numbers(self) -> None:
        whole = self.run_grpo("whole", 4)
        self.run_grpo("halves", 2)
        halves = self.run_grpo("halves", 4)
        timed = ("minutes", "sample_seconds", "judge_seconds", "learn_seconds", "tokens_per_second")
        plain = [[{key: value for key, value in entry.items() if key not in timed} for entry in run] for run in (whole, halves)]
        self.assertEqual([entry["step"] for entry in halves], [1, 2, 3, 4])
        self.assertEqual(plain[0], plain[1])
        one, other = (torch.load(self.path / run / "checkpoint.pt", weights_only=True)["model"] for run in ("whole", "halves"))
        for name in one:
            torch.testing.assert_close(one[name], other[name], rtol=0, atol=0)

    def test_the_parts_are_those_of_the_checker(self) -> None:
        prompt = next(row for row in grpo.read_jsonl(self.path / "samples.jsonl") if row["function"] == "Purse.twice")
        judge = Judge(command_of(SOLWRIGHT, "gated"), 1, 60.0)
        right = f"<think>\nPurpose: double\n</think>\n<answer>\n{prompt['answer']}\n</answer>"
        answers = [right, right.replace("* 2", "+ 2"), right.replace("return amount * 2", "revert()"), "nothing"]
        said = judge.submit(prompt, answers).result()
        judge.close()
        self.assertEqual([round(one["reward"], 3) for one in said], [1.0, 0.5, 0.0, 0.0])
        self.assertEqual([one["parts"]["behaviour"] for one in said], [1.0, 0.0, 0.0, None])
        self.assertEqual([one["idle"] for one in said], [False, False, True, True])


if __name__ == "__main__":
    unittest.main()
