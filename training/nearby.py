"""How far code elsewhere in a file tells the next token of a body: the loss with and without it, and the weights by which to mix.

    solwright lab samples < tasks.jsonl > held.jsonl
    python nearby.py --tasks tasks.jsonl --samples held.jsonl --tokenizer tokenizer.json --checkpoint RUN/checkpoint.pt

The last tokens of a body are looked for in the rest of its file; what follows the longest match votes for the next one (`nearby.rs`, where
the table that this prints belongs). Each weight is fitted by expectation maximisation on half of the tasks, and the loss is that of the other half.
"""

import argparse
import math
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import loop
import solidity
from held_out import CONTEXT, samples_of
from sft import encode

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24)  # of a match, from which on a row of the table holds
KINDS = ("places that differ", "one place", "places that agree")
ROUNDS = 60  # of expectation maximisation
SMALLEST = 1e-9  # probability that the loss reckons with


class Seen(NamedTuple):
    """A token: what the model gives it, what the vote gives it, and the cell of the table."""

    own: float
    vote: float
    cell: tuple[int, int] | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=Path, required=True)
    parser.add_argument("--samples", type=Path, required=True, help="what `solwright lab samples` makes of the tasks")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    model, _ = loop.load_model(args.checkpoint, tokenizer.get_vocab_size())
    bodies = [body for task, sample in samples_of(args.tasks, args.samples) if (body := seen(model, tokenizer, task, sample))]
    if len(bodies) < 2:
        raise SystemExit(f"{args.samples} has fewer than two samples with a body that fits the window: pass more tasks, one half is for the fit")
    random.Random(1).shuffle(bodies)
    table = fit([token for body in bodies[::2] for token in body])
    rest = [token for body in bodies[1::2] for token in body]
    print(f"{len(rest):,} tokens of {len(bodies) // 2} bodies: {loss(rest, {}):.3f} nats alone, {loss(rest, table):.3f} with the code nearby")
    for row, length in enumerate(LENGTHS):
        print(f"{length:>3} tokens or more: " + ", ".join(f"{table.get((row, kind), 0.0):.2f} {name}" for kind, name in enumerate(KINDS)))


@torch.no_grad()
def seen(model: torch.nn.Module, tokenizer: Tokenizer, task: dict, sample: dict) -> list[Seen]:
    """The tokens of a body."""
    ids = encode(sample, tokenizer).ids[:CONTEXT]
    logits = F.log_softmax(model.logits(torch.tensor([ids[:-1]])).float()[0], -1)
    answer = tokenizer.token_to_id("<answer>")
    if answer not in ids:
        return []
    start = len(ids) - 1 - ids[::-1].index(answer)
    brace = next((at for at in range(start, len(ids)) if "{" in tokenizer.decode([ids[at]])), len(ids))
    index = positions(tokenizer.encode(outdented(rest_of(task))).ids)
    # What ends the answer is no code.
    return [token(index, ids[start + 1 : at], ids[at], logits[at - 1, ids[at]].exp().item()) for at in range(brace + 1, len(ids) - 3)]


def rest_of(task: dict) -> str:
    """The file without the function."""
    raw, span = task["source"].encode(), task["span"]
    return (raw[: span["start"]] + raw[span["end"] :]).decode(errors="replace")


def outdented(text: str) -> str:
    """The code as an answer is written: without comments and blank lines, one level of indentation less."""
    lines = (line.rstrip() for line in solidity.without_comments(text).split("\n"))
    return "".join(line.removeprefix("    ") + "\n" for line in lines if line)


def positions(ids: list[int]) -> dict[tuple[int, ...], Counter]:
    """What follows each run of tokens, by the lengths that count."""
    found: dict[tuple[int, ...], Counter] = defaultdict(Counter)
    for length in range(1, LENGTHS[-1] + 1):
        for end in range(length, len(ids)):
            found[tuple(ids[end - length : end])][ids[end]] += 1
    return found


def token(index: dict[tuple[int, ...], Counter], before: list[int], found: int, own: float) -> Seen:
    """The vote of the longest match."""
    for length in range(min(LENGTHS[-1], len(before)), 0, -1):
        follows = index.get(tuple(before[-length:]))
        if follows:
            places = sum(follows.values())
            kind = 0 if len(follows) > 1 else 1 if places == 1 else 2
            row = max(row for row, least in enumerate(LENGTHS) if length >= least)
            return Seen(own, follows[found] / places, (row, kind))
    return Seen(own, 0.0, None)


def fit(tokens: list[Seen]) -> dict[tuple[int, int], float]:
    """The weight of each cell that makes the tokens likeliest."""
    cells: dict[tuple[int, int], list[Seen]] = defaultdict(list)
    for one in tokens:
        if one.cell is not None:
            cells[one.cell].append(one)
    return {cell: weight_of(held) for cell, held in cells.items()}


def weight_of(tokens: list[Seen]) -> float:
    weight = 0.3
    for _ in range(ROUNDS):
        shares = (weight * one.vote / max(mixed(one, weight), SMALLEST) for one in tokens)
        weight = sum(shares) / len(tokens)
    return weight


def loss(tokens: list[Seen], table: dict[tuple[int, int], float]) -> float:
    """Nats a token."""
    weights = (table.get(one.cell, 0.0) if one.cell else 0.0 for one in tokens)
    return sum(-math.log(max(mixed(one, weight), SMALLEST)) for one, weight in zip(tokens, weights)) / len(tokens)


def mixed(one: Seen, weight: float) -> float:
    return weight * one.vote + (1 - weight) * one.own


if __name__ == "__main__":
    main()
