"""Stage 5: reinforcement learning with the checker as judge (S-GRPO, SmartCoder-R1, arXiv 2509.09942).

    solwright lab samples --judge < files.jsonl > samples.jsonl
    python grpo.py --samples samples.jsonl --checkpoint SFT/checkpoint.pt --tokenizer tokenizer.json --out RUN --formula gated
    python grpo.py … --evaluate 30      learns nothing: what the judge says of the checkpoint's answers to the first prompts

For each prompt a group of answers is sampled; an answer's advantage is its reward less the group's mean, over the group's
deviation (Shao et al., GRPO, 2024). The ratio to the model that sampled is clipped, and the distance to the model that the run
began from is held by the k3 estimator of KL. The loss is a mean over all tokens of a step, as in DAPO (Yu et al., 2025), so that
a token of a long answer weighs as much as one of a short answer. A run folder holds `prompts.jsonl` (what is asked, each with a
reference that the judge accepts), `checkpoint.pt`, `log.jsonl` and `grpo.png`; started again, a run goes on.
"""

import argparse
import copy
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

import loop
import solidity
from corpus import read_jsonl
from judge import Judge, command_of
from loop import Progress
from qwen2 import Qwen2
from rollout import Group, logps_of, sample

STOPS = ("</answer>", "<|im_end|>", "<|endoftext|>")
ASKED = ("id", "messages", "think", "answer", "source", "span", "reference")
PARTS = ("compile", "security", "format", "behaviour")


def main() -> None:
    args = arguments()
    torch.set_num_threads(args.threads)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    judge = Judge(command_of(args.solwright, args.formula), args.judges, args.judge_seconds)
    args.out.mkdir(parents=True, exist_ok=True)
    if not (args.out / "prompts.jsonl").exists():
        choose_prompts(args, tokenizer, judge)
    prompts = list(read_jsonl(args.out / "prompts.jsonl"))
    if args.evaluate:
        evaluate(args, tokenizer, judge, prompts[: args.evaluate])
    elif not args.prompts_only:
        train(args, tokenizer, judge, prompts)
    judge.close()


def evaluate(args: argparse.Namespace, tokenizer: Tokenizer, judge: Judge, prompts: list[dict]) -> None:
    """The same prompts and seeds for every checkpoint, for a step's own prompts are too few to compare steps by."""
    model = start(args)
    _, _, entry = ask(model, tokenizer, judge, prompts, args, step=0)
    print(json.dumps({name: value for name, value in entry.items() if name not in ("best", "worst")}))


def start(args: argparse.Namespace) -> Qwen2:
    if args.checkpoint is None:
        raise SystemExit("pass --checkpoint, the checkpoint.pt that `sft.py` left")
    return loop.load_model(args.checkpoint)[0].to("cuda" if torch.cuda.is_available() else "cpu")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, help="of `solwright lab samples --judge`; not needed when RUN/prompts.jsonl is there")
    parser.add_argument("--checkpoint", type=Path, help="where to start from, and what KL is measured to")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="run folder; continues when it has a checkpoint")
    parser.add_argument("--solwright", default="solwright", help="the judge's binary")
    parser.add_argument("--formula", choices=("gated", "published"), default="gated")
    parser.add_argument("--prompts", type=int, default=400, help="how many to choose")
    parser.add_argument("--prompt-minutes", type=float, default=30.0, help="cap on the time for choosing")
    parser.add_argument("--prompt-tokens", type=int, default=600, help="longer prompts are left out")
    parser.add_argument("--source-bytes", type=int, default=16_000, help="larger files are left out, for the compiler's time")
    parser.add_argument("--prompts-only", action="store_true", help="choose prompts and stop")
    parser.add_argument("--evaluate", type=int, default=0, help="ask so many prompts, print what the judge says, and stop")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=0.0, help="cap on time")
    parser.add_argument("--group", type=int, default=8, help="answers to a prompt")
    parser.add_argument("--prompts-per-step", type=int, default=4)
    parser.add_argument("--updates", type=int, default=2, help="optimizer steps on the answers of one step")
    parser.add_argument("--length", type=int, default=320, help="most tokens of an answer")
    parser.add_argument("--temperature", type=float, default=0.8, help="of the policy: sampled with it and trained with it")
    parser.add_argument("--rate", type=float, default=1e-4, help="AdamW's")
    parser.add_argument("--warmup", type=int, default=5, help="steps in which the rate rises")
    parser.add_argument("--clip", type=float, default=0.2)
    parser.add_argument("--beta", type=float, default=0.04, help="weight of KL")
    parser.add_argument("--judges", type=int, default=2, help="judging processes")
    parser.add_argument("--judge-seconds", type=float, default=60.0, help="longest wait for one answer's score")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint-seconds", type=float, default=120.0)
    return parser.parse_args()


def train(args: argparse.Namespace, tokenizer: Tokenizer, judge: Judge, prompts: list[dict]) -> None:
    """Sample, judge, learn; until the steps, the time or a signal end it."""
    model = start(args)
    reference = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.99), weight_decay=0.0)
    progress = loop.resume(model, [optimizer], args.out)
    stop = loop.stop_flag()
    print(f"{model.parameter_count():,} parameters, {len(prompts)} prompts, {args.formula} reward, from step {progress.step}",
          flush=True)
    began, saved = time.monotonic() - progress.seconds, time.monotonic()
    while progress.step < args.steps and not stop.is_set():
        asked = [prompts[loop.row_at(len(prompts), progress.step * args.prompts_per_step + i, args.seed)]
                 for i in range(args.prompts_per_step)]
        groups, scores, entry = ask(model, tokenizer, judge, asked, args, progress.step)
        if stop.is_set():
            break  # The answers of half a step are made again.
        entry |= learn(model, reference, optimizer, groups, scores, args, progress.step)
        progress.step += 1
        progress.tokens += entry["tokens"]
        progress.seconds = time.monotonic() - began
        record(progress, entry, args.out)
        if time.monotonic() - saved > args.checkpoint_seconds:
            loop.save(model, [optimizer], progress, args.out)
            saved = time.monotonic()
        if args.minutes and progress.seconds > args.minutes * 60:
            break
    loop.save(model, [optimizer], progress, args.out)
    if progress.history:
        draw(progress.history, args.out / "grpo.png")


def ask(model: Qwen2, tokenizer: Tokenizer, judge: Judge, asked: list[dict], args: argparse.Namespace,
        step: int) -> tuple[list[Group], list[list[dict]], dict]:
    """Answers to some prompts and their scores; the judge works on one prompt's while the next one's are sampled."""
    stops, pad = {tokenizer.token_to_id(name) for name in STOPS}, tokenizer.token_to_id("<|fim_pad|>")
    start = time.monotonic()
    groups, texts, waiting = [], [], []
    for place, prompt in enumerate(asked):
        ids = torch.tensor(tokenizer.encode(prompt_text(prompt)).ids, device=model.norm.weight.device)
        seed = solidity.hash64(f"{args.seed} {step} {place}") >> 1
        groups.append(sample(model, ids, args.group, args.length, stops, pad, args.temperature, seed))
        texts.append([tokenizer.decode(row, skip_special_tokens=False) for row in groups[-1].rows()])
        waiting.append(judge.submit(prompt, texts[-1]))
    sampled = time.monotonic()
    scores = [future.result() for future in waiting]
    tokens = sum(int(group.mask.sum()) for group in groups)
    entry = summary(asked, texts, scores) | {
        "tokens": tokens, "length": round(tokens / (len(groups) * args.group), 1), "sample_seconds": round(sampled - start, 2),
        "tokens_per_second": round(tokens / (sampled - start)), "judge_seconds": round(time.monotonic() - sampled, 2)}
    return groups, scores, entry


def prompt_text(prompt: dict) -> str:
    """As `sft.encode` writes it, up to where the assistant speaks."""
    return "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in prompt["messages"]) + "<|im_start|>assistant\n"


def summary(asked: list[dict], texts: list[list[str]], scores: list[list[dict]]) -> dict:
    """What the judge said of a step: means, how much there is to learn from, reward hacking, the best and the worst."""
    flat = [(said, text, prompt) for prompt, row, said_of in zip(asked, texts, scores) for text, said in zip(row, said_of)]
    judged = sorted((one for one in flat if "problem" not in one[0]), key=lambda one: one[0]["reward"])
    entry = {"reward": mean([said["reward"] for said, _, _ in judged])}
    for part in PARTS:
        entry[part] = mean([said["parts"][part] for said, _, _ in judged if said["parts"][part] is not None])
    entry["same_of_all"] = mean([said["parts"]["behaviour"] or 0.0 for said, _, _ in judged])
    entry["idle"] = mean([float(said["idle"] and said["parts"]["compile"] == 1) for said, _, _ in judged])
    entry["flat_groups"] = mean([float(rewards_of(row).nan_to_num().std(correction=0) < 1e-6) for row in scores])
    entry["problems"] = dict(Counter(said["problem"][:80] for said, _, _ in flat if "problem" in said))
    for name, place in (("best", -1), ("worst", 0)):
        if judged:
            said, text, prompt = judged[place]
            entry[name] = {"function": prompt.get("function"), "text": text} | {key: said[key] for key in ("reward", "parts", "idle")}
    return entry


def mean(values: list[float]) -> float | None:
    """None of nothing, for JSON knows no NaN."""
    return round(float(np.mean(values)), 4) if values else None


def rewards_of(scores: list[dict]) -> Tensor:
    """NaN where the judge said nothing."""
    return torch.tensor([said.get("reward", float("nan")) for said in scores], dtype=torch.float32)


def advantages(rewards: Tensor) -> Tensor:
    """(reward - mean) / deviation of a group [G]; what was not judged neither counts nor learns."""
    judged = ~rewards.isnan()
    if not judged.any():
        return torch.zeros_like(rewards)
    centred = rewards - rewards[judged].mean()
    return (centred / (rewards[judged].std(correction=0) + 1e-4)).masked_fill(~judged, 0.0)


def k3(logps: Tensor, reference: Tensor) -> Tensor:
    """Schulman's estimate of KL(policy || reference) from the policy's samples: never negative, unbiased, of small variance."""
    return (reference - logps).exp() - (reference - logps) - 1


def token_losses(logps: Tensor, sampled: Tensor, reference: Tensor, advantage: Tensor, clip: float,
                 beta: float) -> tuple[Tensor, Tensor, Tensor]:
    """Loss, KL and whether the clip holds, for each of some tokens [N]."""
    ratio = (logps - sampled).exp()
    gain, held = ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage
    distance = k3(logps, reference)
    return beta * distance - torch.minimum(gain, held), distance.detach(), held < gain


def learn(model: Qwen2, reference: Qwen2, optimizer: torch.optim.Optimizer, groups: list[Group], scores: list[list[dict]],
          args: argparse.Namespace, step: int) -> dict:
    """Some optimizer steps on the answers of one step; returns what was seen on the way."""
    start = time.monotonic()
    for settings in optimizer.param_groups:
        settings["lr"] = args.rate * min(1.0, (step + 1) / args.warmup)
    with torch.no_grad():
        anchors = [logps_of(reference, group, args.temperature)[0] for group in groups]
    count = sum(int(group.mask.sum()) for group in groups)
    seen: Counter = Counter()
    for _ in range(args.updates):
        for group, anchor, said in zip(groups, anchors, scores):
            loss, stats = group_loss(model, group, anchor, advantages(rewards_of(said)).to(anchor.device), args)
            (loss / count).backward()
            seen.update(stats)
        seen["norm"] += float(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    seen["norm"] *= count  # The others are sums over tokens.
    means = {name: round(seen[name] / (count * args.updates), 6) for name in ("loss", "kl", "entropy", "clipped", "norm")}
    return means | {"learn_seconds": round(time.monotonic() - start, 2)}


def group_loss(model: Qwen2, group: Group, anchor: Tensor, advantage: Tensor, args: argparse.Namespace) -> tuple[Tensor, dict]:
    """Sums over the tokens of a group. Padding is cut out before anything is computed from it."""
    kept = group.mask
    logps, entropy = logps_of(model, group, args.temperature)
    of_rows = advantage[:, None].expand_as(logps)
    losses, distance, held = token_losses(logps[kept], group.logps[kept], anchor[kept], of_rows[kept], args.clip, args.beta)
    loss, seen = losses.sum(), {"kl": distance, "entropy": entropy[kept], "clipped": held}
    return loss, {"loss": loss.item()} | {name: values.sum().item() for name, values in seen.items()}


def choose_prompts(args: argparse.Namespace, tokenizer: Tokenizer, judge: Judge) -> None:
    """Documented functions whose own reference the judge finds safe and can tell apart by running it."""
    if args.samples is None:
        raise SystemExit(f"{args.out / 'prompts.jsonl'} is not there: pass --samples to choose from")
    counts: Counter = Counter()
    fitting = list(fitting_prompts(args, tokenizer, counts))
    random.Random(args.seed).shuffle(fitting)
    chosen: list[dict] = []
    ahead: list[tuple[dict, Future]] = []
    until = time.monotonic() + args.prompt_minutes * 60
    while fitting and len(chosen) < args.prompts and time.monotonic() < until:
        while fitting and len(ahead) < 2 * args.judges:
            prompt = fitting.pop()
            answer = f"<think>\n{prompt['think']}\n</think>\n<answer>\n{prompt['answer']}\n</answer>"
            ahead.append((prompt, judge.submit(prompt, [answer])))
        chosen.extend(accepted(ahead, counts))
        ahead = []
    if not chosen:
        raise SystemExit(f"{args.samples}: no usable prompt: {dict(counts)}")
    chosen = chosen[: args.prompts]
    with open(args.out / "prompts.tmp", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(prompt) + "\n" for prompt in chosen)
    (args.out / "prompts.tmp").replace(args.out / "prompts.jsonl")
    print(f"{len(chosen)} prompts of {dict(counts)}", flush=True)


def accepted(ahead: list[tuple[dict, Future]], counts: Counter) -> Iterator[dict]:
    for prompt, future in ahead:
        said = future.result()[0]
        if "problem" in said:
            counts[f"reference not judged: {said['problem'][:80]}"] += 1
        elif said["parts"]["compile"] < 1:
            counts["reference does not compile here"] += 1
        elif said["parts"]["security"] < 0.8 or said["parts"]["format"] < 1:
            counts["reference is not clean"] += 1
        elif said["parts"]["behaviour"] != 1:
            counts["behaviour cannot be tested"] += 1
        else:
            counts["accepted"] += 1
            yield prompt


def fitting_prompts(args: argparse.Namespace, tokenizer: Tokenizer, counts: Counter) -> Iterator[dict]:
    """Each function once, by its text; what does not fit is counted."""
    seen: set[int] = set()
    for number, sample_ in enumerate(read_jsonl(args.samples), 1):
        missing = [name for name in ASKED if not sample_.get(name)]
        if missing:
            raise SystemExit(f"{args.samples}:{number}: no `{missing[0]}`: write it by `solwright lab samples --judge`")
        counts["samples"] += 1
        key = solidity.hash64("".join(sample_["answer"].split()))
        reason = ("undocumented" if not sample_.get("documented", True) else "duplicate" if key in seen
                  else "large file" if len(sample_["source"]) > args.source_bytes
                  else "long prompt" if len(tokenizer.encode(prompt_text(sample_)).ids) > args.prompt_tokens else None)
        if reason:
            counts[reason] += 1
            continue
        seen.add(key)
        yield sample_


def record(progress: Progress, entry: dict, out: Path) -> None:
    """Print, append to the log, redraw; answers go to the log alone."""
    entry = {"step": progress.step, "minutes": round(progress.seconds / 60, 2)} | entry
    numbers = {name: value for name, value in entry.items() if name not in ("best", "worst")}
    progress.history.append(numbers)
    print(json.dumps(numbers), flush=True)
    with open(out / "log.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
    if progress.step % 5 == 0:
        draw(progress.history, out / "grpo.png")


def draw(history: list[dict], path: Path) -> None:
    """Reward and its parts, distance, length, and what of it is reward hacking."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = (("reward and its parts", ("reward", *PARTS)), ("KL to the start, entropy (nats a token)", ("kl", "entropy")),
              ("tokens of an answer", ("length",)), ("shares", ("idle", "same_of_all", "flat_groups", "clipped")))
    figure, axes = pyplot.subplots(2, 2, figsize=(10, 6.5), layout="constrained")
    for axis, (title, names) in zip(axes.flat, panels):
        for name in names:
            axis.plot(*smooth([(entry["step"], entry[name]) for entry in history if entry[name] is not None]), label=name)
        axis.set(title=title, xlabel="step")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def smooth(points: list[tuple[int, float]], width: int = 9) -> tuple[list[int], list[float]]:
    """The running mean over the last steps, for a step holds few prompts."""
    values = [value for _, value in points]
    return [step for step, _ in points], [float(np.mean(values[max(0, i + 1 - width) : i + 1])) for i in range(len(values))]


if __name__ == "__main__":
    main()
