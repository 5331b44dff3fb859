"""Stage 3: next-token prediction on documents, half of them in fill-in-the-middle form.

    python pretrain.py --documents documents.jsonl.zst --val documents.val.jsonl.zst --tokenizer tokenizer.json --out RUN

Packs the documents once into RUN/train.zst and RUN/val.zst, then trains; see `loop.py` for the run folder.
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer

import loop
from corpus import read_jsonl
from packing import Example, Packed, pack
from qwen2 import Config, Qwen2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, help="may be left out when RUN/train.zst is there")
    parser.add_argument("--val", type=Path)
    parser.add_argument("--checkpoint", type=Path, help="weights to go on from, with a fresh schedule; its sizes win over the flags")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--max-documents", type=int, default=None)
    for name, default in Config().to_dict().items():
        if name not in ("vocab_size", "norm_eps"):
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument("--pack-only", action="store_true", help="write the packed windows and stop")
    loop.add_arguments(parser, tokens=12_000_000, batch=16, micro_batch=8, matrix_lr=0.015, other_lr=0.004, decay=0.35)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    data = packed(args.out / "train.zst", args.documents, tokenizer, args.context, args.max_documents)
    val = packed(args.out / "val.zst", args.val, tokenizer, args.context, args.max_documents)
    if args.pack_only:
        return
    torch.manual_seed(args.seed)
    loop.train(starting_model(args, tokenizer), data, val, loop.settings_of(args))


def starting_model(args: argparse.Namespace, tokenizer: Tokenizer) -> Qwen2:
    """A fresh model of the asked sizes, or the weights of an earlier run."""
    if args.checkpoint:
        return loop.load_model(args.checkpoint, tokenizer.get_vocab_size())[0]
    return Qwen2(Config(tokenizer.get_vocab_size(), args.hidden, args.layers, args.heads, args.kv_heads, args.ffn, args.rope_base))


def packed(path: Path, documents: Path | None, tokenizer: Tokenizer, context: int, limit: int | None) -> Packed:
    """The packed windows, from the run folder or made now."""
    if not path.exists():
        if documents is None:
            raise SystemExit(f"{path} is not there: pass the documents to make it from")
        end, pad = tokenizer.token_to_id("<|endoftext|>"), tokenizer.token_to_id("<|fim_pad|>")
        made = pack(examples(documents, tokenizer, limit), context, end, pad)
        made.save(path)
        print(f"packed {made.learn.sum():,} tokens into {len(made.ids):,} windows, {made.learn.mean():.1%} full: {path}", flush=True)
    return Packed.load(path)


def examples(documents: Path, tokenizer: Tokenizer, limit: int | None) -> Iterator[Example]:
    """Tokenized documents."""
    rows = itertools.islice(read_jsonl(documents), limit)
    while batch := [row["text"] for row in itertools.islice(rows, 1000)]:
        for encoding in tokenizer.encode_batch(batch):
            yield Example(encoding.ids)


if __name__ == "__main__":
    main()
