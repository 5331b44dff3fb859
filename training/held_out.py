"""How checkpoints find the held-out tasks: loss in nats a token, of the reasoning and of the code.

    solwright lab samples < tasks.jsonl > held.jsonl
    python held_out.py --tasks tasks.jsonl --samples held.jsonl --tokenizer tokenizer.json RUN/checkpoint.pt …

The validation loss of `sft.py` is over contracts whose other functions were trained on; this one is over contracts that were not.
"""

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

import loop
from corpus import read_jsonl
from packing import Example
from qwen2 import Qwen2
from sft import encode

CONTEXT = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=Path, required=True)
    parser.add_argument("--samples", type=Path, required=True, help="what `solwright lab samples` makes of the tasks")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    examples = [encode(sample, tokenizer) for _, sample in samples_of(args.tasks, args.samples)]
    for path in args.checkpoints:
        model, _ = loop.load_model(path, tokenizer.get_vocab_size())
        reasoning, code = losses(model, examples, tokenizer.token_to_id("<answer>"))
        print(json.dumps({"checkpoint": str(path), "samples": len(examples), "reasoning": round(reasoning, 3), "code": round(code, 3)}), flush=True)


def samples_of(tasks: Path, samples: Path) -> list[tuple[dict, dict]]:
    """(task, sample) of every sample that `solwright lab samples` made of a task's own function."""
    asked = {(task["id"], f"{task['contract']}.{task['function']}"): task for task in read_jsonl(tasks)}
    found = [(task, sample) for sample in read_jsonl(samples) if (task := asked.get((sample["id"], sample["function"])))]
    if not found:
        raise SystemExit(f"{samples} has no sample of a task of {tasks}: write it by `solwright lab samples` from those tasks")
    return found


@torch.no_grad()
def losses(model: Qwen2, examples: list[Example], answer: int) -> tuple[float, float]:
    """Mean loss before and from the token `answer` on, over what is learned."""
    before, after = zip(*(apart(model, example, answer) for example in examples))
    return torch.cat(before).mean().item(), torch.cat(after).mean().item()


def apart(model: Qwen2, example: Example, answer: int) -> tuple[Tensor, Tensor]:
    """The losses of one sample's learned tokens, those up to `answer` and those after it."""
    ids = torch.tensor([example.ids[:CONTEXT]])
    learn = torch.tensor(example.learn[:CONTEXT])[1:]
    each = F.cross_entropy(model.logits(ids[:, :-1]).float()[0], ids[0, 1:], reduction="none")
    follows = (ids[0] == answer).cumsum(0)[:-1] > 0
    return each[learn & ~follows], each[learn & follows]


if __name__ == "__main__":
    main()
