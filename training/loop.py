"""The training loop of `pretrain` and `sft`: packed windows in, a run folder out.

A run folder holds `checkpoint.pt` (model, optimizers, position; written aside, then renamed), `log.jsonl` and
`loss.png`. Started again with the same folder, a run continues where its checkpoint stood.
"""

import argparse
import json
import pickle
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from files import whole
from optim import optimizers
from packing import Packed
from qwen2 import Config, Qwen2


@dataclass
class Settings:
    """What one run is asked to do."""

    out: Path
    tokens: int
    minutes: float
    batch: int
    micro_batch: int
    matrix_lr: float
    other_lr: float
    decay: float
    seed: int = 1
    warmup_steps: int = 40
    eval_every: int = 100
    eval_windows: int = 48
    checkpoint_seconds: float = 300.0
    compile: bool = False


@dataclass
class Progress:
    """Where a run stands; all of it is in the checkpoint."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    val_loss: float = float("nan")
    history: list[dict] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser, **defaults: float) -> None:
    """The flags that both stages share."""
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="run folder; continues when it has a checkpoint")
    parser.add_argument("--tokens", type=int, default=defaults["tokens"], help="token budget that the schedule is laid out for")
    parser.add_argument("--minutes", type=float, default=0.0, help="cap on time; the decay comes earlier so that it still completes")
    parser.add_argument("--batch", type=int, default=defaults["batch"], help="windows per step")
    parser.add_argument("--micro-batch", type=int, default=defaults["micro_batch"], help="windows per forward pass")
    parser.add_argument("--matrix-lr", type=float, default=defaults["matrix_lr"], help="Muon's peak rate")
    parser.add_argument("--other-lr", type=float, default=defaults["other_lr"], help="AdamW's peak rate")
    parser.add_argument("--decay", type=float, default=defaults["decay"], help="last part of the run in which the rates fall to zero")
    parser.add_argument("--warmup-steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--eval-every", type=int, default=100)
    parser.add_argument("--checkpoint-seconds", type=float, default=300.0)
    parser.add_argument("--compile", action="store_true", help="torch.compile; needs a C++ compiler on a CPU")


def settings_of(args: argparse.Namespace) -> Settings:
    """Settings from the shared flags."""
    torch.set_num_threads(args.threads)
    return Settings(args.out, args.tokens, args.minutes, args.batch, args.micro_batch, args.matrix_lr, args.other_lr, args.decay,
                    seed=args.seed, warmup_steps=args.warmup_steps, eval_every=args.eval_every, checkpoint_seconds=args.checkpoint_seconds, compile=args.compile)


def train(model: Qwen2, data: Packed, val: Packed, settings: Settings) -> None:
    """Run to the end of the budget or of the time, whichever comes first."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(settings.seed)
    model.to(device)
    pair = optimizers(model, settings.matrix_lr, settings.other_lr)
    progress = resume(model, pair, settings.out)
    if settings.compile:
        for layer in model.layers:
            layer.compile()
    stop = stop_flag()
    print(f"{model.parameter_count():,} parameters, {len(data.ids):,} windows of {data.ids.shape[1] - 1}, "
          f"{int(data.learn.sum()):,} tokens to learn, device {device}, from step {progress.step}", flush=True)
    began, saved = time.monotonic() - progress.seconds, time.monotonic()
    losses: list[float] = []
    while (share := done_share(progress, settings)) < 1.0 and not stop.is_set():
        set_rates(pair, rate(share, progress.step, settings))
        losses.append(step(model, pair, batch_at(data, progress.step, settings), settings.micro_batch, device))
        progress.step += 1
        progress.tokens += settings.batch * (data.ids.shape[1] - 1)
        progress.seconds = time.monotonic() - began
        if progress.step % settings.eval_every == 0:
            record(model, val, progress, losses, settings, device, rate(share, progress.step, settings))
            losses = []
        if time.monotonic() - saved > settings.checkpoint_seconds:
            save(model, pair, progress, settings.out)
            saved = time.monotonic()
    if losses and not stop.is_set():
        record(model, val, progress, losses, settings, device, 0.0)
    save(model, pair, progress, settings.out)


def stop_flag() -> threading.Event:
    """Set by SIGTERM or Ctrl-C, so that a run asked to stop saves its place first."""
    flag = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: flag.set())
    return flag


def done_share(progress: Progress, settings: Settings) -> float:
    """How much of the run is behind, by tokens or by time, whichever is further."""
    by_tokens = progress.tokens / settings.tokens
    return max(by_tokens, progress.seconds / (settings.minutes * 60)) if settings.minutes else by_tokens


def rate(share: float, step: int, settings: Settings) -> float:
    """Warm-up, stable, linear decay to zero over the last part (Hu et al., MiniCPM, 2024)."""
    return min(1.0, (step + 1) / settings.warmup_steps) * min(1.0, max(0.0, 1.0 - share) / settings.decay)


def set_rates(pair: list[torch.optim.Optimizer], factor: float) -> None:
    for optimizer in pair:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor


def step(model: Qwen2, pair: list[torch.optim.Optimizer], batch: tuple[Tensor, Tensor], micro: int, device: str) -> float:
    """One optimizer step on ids [B, T + 1]; returns the mean loss in nats."""
    parts = list(zip(batch[0].split(micro), batch[1].split(micro)))
    total = 0.0
    for ids, learn in parts:
        loss = loss_of(model, ids.to(device), learn.to(device)) / len(parts)
        loss.backward()
        total += loss.item()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in pair:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return total


def loss_of(model: Qwen2, ids: Tensor, learn: Tensor) -> Tensor:
    """Mean loss of windows ids [B, T + 1] over the positions that are to be learned."""
    targets = ids[:, 1:].masked_fill(~learn[:, 1:], -100)
    with torch.autocast(ids.device.type, torch.bfloat16):
        return model.loss(ids[:, :-1], targets)


def batch_at(data: Packed, step: int, settings: Settings) -> tuple[Tensor, Tensor]:
    """The windows of one step: epochs in an order that the seed fixes, so that a resumed run sees what comes next."""
    first = step * settings.batch
    rows = [row_at(len(data.ids), first + index, settings.seed) for index in range(settings.batch)]
    return torch.from_numpy(data.ids[rows].astype(np.int64)), torch.from_numpy(data.learn[rows])


def row_at(count: int, position: int, seed: int) -> int:
    """The window at a position of the endless stream of shuffled epochs."""
    epoch = position // count
    if epoch not in _ORDERS:
        _ORDERS.clear()
        _ORDERS[epoch] = np.random.default_rng((seed, epoch)).permutation(count)
    return int(_ORDERS[epoch][position % count])


_ORDERS: dict[int, np.ndarray] = {}


@torch.no_grad()
def evaluate(model: Qwen2, val: Packed, count: int, micro: int, device: str) -> float:
    """Mean loss in nats over the first `count` validation windows."""
    ids = torch.from_numpy(val.ids[:count].astype(np.int64))
    learn = torch.from_numpy(val.learn[:count])
    total = tokens = 0.0
    for part, mask in zip(ids.split(micro), learn.split(micro)):
        learned = int(mask[:, 1:].sum())
        total += loss_of(model, part.to(device), mask.to(device)).item() * learned
        tokens += learned
    return total / max(tokens, 1)


def record(model: Qwen2, val: Packed, progress: Progress, losses: list[float], settings: Settings, device: str, factor: float) -> None:
    """Evaluate, print, append to the log, redraw the curve."""
    progress.val_loss = evaluate(model, val, settings.eval_windows, settings.micro_batch, device)
    entry = {"step": progress.step, "tokens": progress.tokens, "minutes": round(progress.seconds / 60, 2),
             "loss": round(float(np.mean(losses)), 4), "val_loss": round(progress.val_loss, 4),
             "rate": round(factor, 4), "tokens_per_second": round(progress.tokens / max(progress.seconds, 1e-9))}
    progress.history.append(entry)
    print(json.dumps(entry), flush=True)
    settings.out.mkdir(parents=True, exist_ok=True)
    with open(settings.out / "log.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
    draw(progress.history, settings.out / "loss.png")


def draw(history: list[dict], path: Path) -> None:
    """The loss curve as a picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name in ("loss", "val_loss"):
        points = [(entry["tokens"] / 1e6, entry[name]) for entry in history]
        axes.plot(*zip(*points), label={"loss": "training", "val_loss": "validation"}[name])
    axes.set(xlabel="million tokens", ylabel="loss (nats a token)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=110, bbox_inches="tight")
    pyplot.close(figure)


def save(model: Qwen2, pair: list[torch.optim.Optimizer], progress: Progress, out: Path) -> None:
    """Write the checkpoint aside, then rename it, so that a killed run leaves a whole one."""
    state = {"config": model.config.to_dict(), "model": model.state_dict(),
             "optimizers": [optimizer.state_dict() for optimizer in pair], "progress": progress.__dict__}
    with whole(out / "checkpoint.pt") as aside:
        torch.save(state, aside)


def resume(model: Qwen2, pair: list[torch.optim.Optimizer], out: Path) -> Progress:
    """Load the run's checkpoint if there is one."""
    path = out / "checkpoint.pt"
    if not path.exists():
        return Progress()
    state = read_checkpoint(path)
    if state["config"] != model.config.to_dict():
        raise SystemExit(f"{path} holds a model of another shape ({differences(state['config'], model.config.to_dict())}): "
                         "pass the sizes it was begun with, or another --out")
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(pair, state["optimizers"]):
        optimizer.load_state_dict(saved)
    return Progress(**state["progress"])


def load_model(path: Path, vocabulary: int | None = None) -> tuple[Qwen2, Progress]:
    """The model of a checkpoint, and how far it was trained; with a vocabulary, it must be of that size."""
    state = read_checkpoint(path)
    size = state["config"]["vocab_size"]
    if vocabulary not in (None, size):
        raise SystemExit(f"{path} was trained with a vocabulary of {size:,} tokens and the tokenizer has {vocabulary:,}: "
                         "pass the tokenizer.json of that run")
    model = Qwen2(Config(**state["config"]))
    model.load_state_dict(state["model"])
    return model, Progress(**state["progress"])


def read_checkpoint(path: Path) -> dict:
    """What `save` wrote."""
    if not path.exists():
        raise SystemExit(f"no checkpoint at {path}: run the stage before this one, or pass its run folder's checkpoint.pt")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if not {"config", "model", "optimizers", "progress"} <= set(state):
            raise ValueError("it lacks what a run saves")
    except (RuntimeError, ValueError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise SystemExit(f"{path} is no checkpoint of these stages ({error}): pass the checkpoint.pt of a run folder") from error
    return state


def differences(theirs: dict, ours: dict) -> str:
    return ", ".join(f"{name} {theirs.get(name)} there, {value} here" for name, value in ours.items() if theirs.get(name) != value)
