"""Stage 4: prompt -> grounded reasoning -> function, on samples from `solwright lab samples`.

    zstd -dc files.jsonl.zst | solwright lab samples | zstd > samples.jsonl.zst
    python sft.py --samples samples.jsonl.zst --documents documents.jsonl.zst --checkpoint PRETRAIN/checkpoint.pt \
        --tokenizer tokenizer.json --out RUN

A sample is {"messages": [{"role", "content"}, …], "think", "answer"}. Only the assistant's part carries loss. Some
pretraining documents are mixed in, so that fill-in-the-middle is not forgotten. What is left out is counted.
"""

import argparse
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer

import loop
import pretrain
import rename
import solidity
from contamination import excluded_hashes
from corpus import read_jsonl
from packing import Example, Packed, pack
from selection import select

HELD_OUT = 50  # one sample in so many is for validation


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, nargs="+", help="may be left out when RUN/train.zst is there")
    parser.add_argument("--exclude", type=Path, nargs="*", default=[], help="benchmarks whose functions are no answers, as for corpus.py")
    parser.add_argument("--documents", type=Path, help="pretraining documents to mix in")
    parser.add_argument("--mix", type=float, default=0.4, help="their share of the tokens; with a tenth of it pre-training is forgotten (LOG.md)")
    parser.add_argument("--rename", type=float, default=0.0, help="share of the samples whose names are exchanged for others")
    parser.add_argument("--checkpoint", type=Path, help="where to start from")
    parser.add_argument("--context", type=int, default=1024)
    parser.add_argument("--pack-only", action="store_true", help="write the packed windows and stop")
    loop.add_arguments(parser, tokens=4_000_000, batch=8, micro_batch=4, matrix_lr=0.002, other_lr=0.0005, decay=0.9)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    if not (args.out / "train.zst").exists():
        prepare(args, tokenizer)
    if args.pack_only:
        return
    if args.checkpoint is None:
        parser.error("pass --checkpoint, the checkpoint.pt that pretraining left")
    model, _ = loop.load_model(args.checkpoint, tokenizer.get_vocab_size())
    loop.train(model, Packed.load(args.out / "train.zst"), Packed.load(args.out / "val.zst"), loop.settings_of(args))


def prepare(args: argparse.Namespace, tokenizer: Tokenizer) -> None:
    """Tokenize, hold some out, mix, pack."""
    if args.samples is None:
        raise SystemExit(f"{args.out / 'train.zst'} is not there: pass --samples to make it from")
    counts: Counter = Counter()
    train, val = [], []
    for key, example in samples(args, tokenizer, counts):
        (val if key % HELD_OUT == 0 else train).append(example)
    if not train:
        raise SystemExit(f"{', '.join(map(str, args.samples))}: no usable sample: {dict(counts)}")
    wanted = int(sum(len(example.ids) for example in train) * args.mix / (1 - args.mix))
    if args.documents:
        train.extend(mixed_in(args.documents, tokenizer, args.context, wanted, counts))
    random.Random(args.seed).shuffle(train)
    end, pad = tokenizer.token_to_id("<|endoftext|>"), tokenizer.token_to_id("<|fim_pad|>")
    for name, examples in (("train", train), ("val", val or train[:8])):
        made = pack(examples, args.context, end, pad)
        made.save(args.out / f"{name}.zst")
        print(f"{name}: {len(examples):,} examples, {len(made.ids):,} windows, {made.learn.sum():,} tokens to learn", flush=True)
    print(dict(counts), flush=True)


def samples(args: argparse.Namespace, tokenizer: Tokenizer, counts: Counter) -> Iterator[tuple[int, Example]]:
    """(hash, example) of every chosen sample that fits the window; the hash is the answer's, so that copies stay together."""
    rows = itertools.chain.from_iterable(read_jsonl(path) for path in args.samples)
    chosen = select(rows, excluded_hashes(args.exclude), counts, args.seed)
    rng = random.Random(args.seed)
    words, weights = rename.lexicon(chosen) if args.rename else ([], [])
    for sample in chosen:
        key = solidity.hash64("".join(sample["answer"].split()))
        if rng.random() < args.rename and key % HELD_OUT:
            sample = rename.renamed(sample, words, weights, rng)
            counts["told in other words"] += 1
        example = encode(sample, tokenizer)
        if len(example.ids) > args.context:
            counts["longer than the window"] += 1
            continue
        counts["used"] += 1
        yield key, example


def encode(sample: dict, tokenizer: Tokenizer) -> Example:
    """ChatML with the answer in `<think>` and `<answer>`; only what the assistant writes is learned."""
    prompt = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in sample["messages"])
    prompt_ids = tokenizer.encode(prompt + "<|im_start|>assistant\n").ids
    reply = f"<think>\n{sample.get('think', '').strip()}\n</think>\n<answer>\n{sample['answer'].strip()}\n</answer><|im_end|>"
    reply_ids = tokenizer.encode(reply).ids
    return Example(prompt_ids + reply_ids, [False] * len(prompt_ids) + [True] * len(reply_ids))


def mixed_in(documents: Path, tokenizer: Tokenizer, context: int, wanted: int, counts: Counter) -> Iterator[Example]:
    """Pretraining documents up to a number of tokens."""
    for example in pretrain.examples(documents, tokenizer, None):
        if wanted <= 0:
            return
        if len(example.ids) <= context:
            wanted -= len(example.ids)
            counts["documents mixed in"] += 1
            yield example


if __name__ == "__main__":
    main()
