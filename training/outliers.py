"""Broken, obfuscated and trap code, found by the model itself: clusters of functions that it can neither place nor read.

    python outliers.py --contracts contracts.jsonl.zst --checkpoint PRETRAIN/checkpoint.pt --tokenizer tokenizer.json --out outliers.json
    python corpus.py build … --outliers outliers.json

A function is embedded as the mean of the model's last hidden states, k-means groups the embeddings, and a cluster is
dropped when both hold: its mean loss lies more than LOSS_FAR standard deviations above the mean over clusters, and its
names are more than NAMES_FAR times as odd as all functions'. A piece of a name (`totalSupply` has two) is odd when no
other function of the run uses it. Every cluster stands in the output with samples, dropped or not.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

import loop
import solidity
from corpus import read_jsonl
from files import whole
from qwen2 import Qwen2

LOSS_FAR, NAMES_FAR = 1.0, 5.0
LONGEST, BATCH, ROUNDS = 256, 32, 25

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contracts", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--functions", type=int, default=None, help="most to look at, drawn by the seed; left out: all")
    parser.add_argument("--clusters", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    model, _ = loop.load_model(args.checkpoint, tokenizer.get_vocab_size())
    functions = drawn(list(training_functions(args.contracts)), args.functions, args.seed)
    if len(functions) < args.clusters:
        raise SystemExit(f"{args.contracts}: {len(functions)} training functions make no {args.clusters} clusters; pass --clusters")
    embeddings, losses = read(model, tokenizer, [function["text"] for function in functions])
    clusters = judged(functions, losses, k_means(embeddings, args.clusters, args.seed))
    report(clusters, functions, args.out)


def training_functions(contracts: Path) -> Iterator[dict]:
    """{"hash", "name", "file", "text"} of the functions that documents are made of."""
    for contract in read_jsonl(contracts):
        for function in contract["functions"] if contract["split"] == "train" else ():
            if function["fresh"]:
                yield {"hash": function["hash"], "name": function["name"], "file": contract["file"],
                       "text": contract["source"][function["start"] : function["end"]]}


def drawn(functions: list[dict], most: int | None, seed: int) -> list[dict]:
    return functions if most is None or most >= len(functions) else random.Random(seed).sample(functions, most)


@torch.no_grad()
def read(model: Qwen2, tokenizer: Tokenizer, texts: list[str]) -> tuple[Tensor, Tensor]:
    """Embeddings [N, D] of length one, and the mean loss [N] in nats a token; texts of like length go together."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).eval()
    rows = [encoding.ids[:LONGEST] for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    embeddings, losses = torch.zeros(len(rows), model.config.hidden), torch.zeros(len(rows))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(rows[index]) for index in batch], batch_first=True, padding_value=-1).to(device)
        there = ids >= 0
        with torch.autocast(device, torch.bfloat16):
            hidden = model(ids.clamp(min=0))
            logits = F.linear(hidden[:, :-1], model.embed_tokens.weight)
        loss = F.cross_entropy(logits.float().transpose(1, 2), ids[:, 1:].masked_fill(~there[:, 1:], -100), reduction="none")
        embeddings[batch] = F.normalize((hidden.float() * there[..., None]).sum(1) / there.sum(1, keepdim=True), dim=1).cpu()
        losses[batch] = (loss.sum(1) / there[:, 1:].sum(1).clamp(min=1)).cpu()
    return embeddings, losses


def k_means(points: Tensor, count: int, seed: int) -> Tensor:
    """The cluster [N] of each of points [N, D], by Lloyd's algorithm from distinct points that the seed draws."""
    centres = points[torch.randperm(len(points), generator=torch.Generator().manual_seed(seed))[:count]].clone()
    for _ in range(ROUNDS):
        nearest = torch.cdist(points, centres).argmin(dim=1)
        sums = torch.zeros_like(centres).index_add_(0, nearest, points)
        sizes = torch.bincount(nearest, minlength=count)[:, None]
        centres = torch.where(sizes > 0, sums / sizes.clamp(min=1), centres)
    return torch.cdist(points, centres).argmin(dim=1)


def judged(functions: list[dict], losses: Tensor, nearest: Tensor) -> list[dict]:
    """Every cluster that has members, the one with the highest loss first, and whether the rule drops it."""
    odd = odd_names([function["text"] for function in functions])
    members: dict[int, list[int]] = {}
    for index, cluster in enumerate(nearest.tolist()):
        members.setdefault(cluster, []).append(index)
    clusters = [{"members": indices, "loss": losses[indices].mean().item(), "odd": sum(odd[i] for i in indices) / len(indices)}
                for indices in members.values()]
    means = torch.tensor([cluster["loss"] for cluster in clusters])
    far, usual = (means.mean() + LOSS_FAR * means.std(correction=0)).item(), sum(odd) / len(odd)
    for cluster in clusters:
        cluster["dropped"] = cluster["loss"] > far and cluster["odd"] > NAMES_FAR * usual
    return sorted(clusters, key=lambda cluster: -cluster["loss"])


def odd_names(texts: list[str]) -> list[float]:
    """For each function, the share of the pieces of its names that no other function uses."""
    pieces = [{piece.lower() for name in _NAME.findall(solidity.mask(text)) for piece in _PIECE.findall(name)} for text in texts]
    used_by = Counter(piece for found in pieces for piece in found)
    return [sum(used_by[piece] == 1 for piece in found) / max(len(found), 1) for found in pieces]


def report(clusters: list[dict], functions: list[dict], out: Path) -> None:
    """Write the clusters and the hashes to leave out; print the clusters of the highest loss."""
    dropped = sorted(functions[index]["hash"] for cluster in clusters if cluster["dropped"] for index in cluster["members"])
    rows = [{"size": len(cluster["members"]), "loss": round(cluster["loss"], 3), "odd names": round(cluster["odd"], 3),
             "dropped": cluster["dropped"], "samples": [functions[index] for index in cluster["members"][:3]]} for cluster in clusters]
    with whole(out) as aside:
        aside.write_text(json.dumps({"functions": len(functions), "dropped": dropped, "clusters": rows}, indent=1))
    for row in rows[:8]:
        names = ", ".join(sample["name"] for sample in row["samples"])
        print(f"{row['size']:>6} functions, loss {row['loss']:.2f}, odd names {row['odd names']:.1%}, "
              f"{'dropped' if row['dropped'] else 'kept'}: {names}")
    print(f"{len(dropped):,} of {len(functions):,} functions dropped, in {sum(row['dropped'] for row in rows)} of {len(rows)} clusters: {out}")


if __name__ == "__main__":
    main()
