"""Stage 2: byte-level BPE with Qwen2's pre-tokenizer and Qwen2.5-Coder's special tokens.

    python tokenizer.py --documents documents.jsonl.zst --out tokenizer.json [--vocab 8192]

The regular expression is Qwen2's own, digits split one by one, so that a reader of GGUF's `tokenizer.ggml.pre = qwen2`
cuts text in the same places. After training it prints characters per token and whether the Solidity keywords and the
four-space indents came out whole.
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import read_jsonl

QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
           "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>")
MARKUP = ("<think>", "</think>", "<answer>", "</answer>")
WHOLE = ("function", "contract", "address", "mapping", "require", "returns", "external", "internal", "public", "view",
         "memory", "storage", "calldata", "payable", "uint", "msg", "sender", "emit", "revert", "modifier", "override")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vocab", type=int, default=8192)
    parser.add_argument("--limit", type=int, default=60_000, help="documents to learn from")
    args = parser.parse_args()
    tokenizer = train(plain_texts(args.documents, args.limit), args.vocab)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(args.out))
    report(tokenizer, plain_texts(args.documents, 2000))


def train(texts: Iterator[str], vocab: int) -> Tokenizer:
    """Special tokens and markup take the last ids, as in Qwen2.5, and count towards `vocab`."""
    tokenizer = untrained(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=vocab - len(SPECIAL) - len(MARKUP),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return with_special_tokens(tokenizer)


def untrained(model: models.BPE) -> Tokenizer:
    """A tokenizer around a model, with Qwen2's way of cutting text into words of bytes."""
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def with_special_tokens(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer with special tokens and markup after its last id."""
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIAL])
    tokenizer.add_tokens([AddedToken(name, special=False, normalized=False) for name in MARKUP])
    return tokenizer


def plain_texts(documents: Path, limit: int) -> Iterator[str]:
    """Document texts without the fill-in-the-middle tokens, which are not learned but added."""
    for row in itertools.islice(read_jsonl(documents), limit):
        text = row["text"]
        for name in SPECIAL:
            text = text.replace(name, "")
        yield text


def report(tokenizer: Tokenizer, texts: Iterator[str]) -> None:
    """Characters per token, and which of the words that should be whole are not."""
    characters = tokens = 0
    for text in texts:
        characters += len(text)
        tokens += len(tokenizer.encode(text).ids)
    broken = [word for word in WHOLE if len(tokenizer.encode(" " + word).ids) != 1]
    indents = [width for width in (4, 8, 12) if len(tokenizer.encode("\n" + " " * width + "x").tokens) > 3]
    print(f"vocabulary {tokenizer.get_vocab_size()}, {characters / max(tokens, 1):.2f} characters a token")
    print(f"keywords in pieces: {broken or 'none'}; indents in pieces: {indents or 'none'}")


if __name__ == "__main__":
    main()
