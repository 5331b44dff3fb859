"""What a checkpoint writes, greedily: python sample.py --checkpoint RUN/checkpoint.pt --tokenizer tokenizer.json [PROMPT_FILE…]

Without files it completes the prompts of `export.py`. For the model card and for a look at a run under way.
"""

import argparse
from pathlib import Path

import torch
from tokenizers import Tokenizer

from export import PROMPTS
from loop import load_model
from qwen2 import Qwen2

STOPS = ("<|endoftext|>", "<|im_end|>")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--length", type=int, default=120, help="most tokens to write")
    parser.add_argument("prompts", type=Path, nargs="*")
    args = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    model, progress = load_model(args.checkpoint)
    print(f"after {progress.tokens:,} tokens")
    for prompt in [path.read_text() for path in args.prompts] or PROMPTS:
        print(f"--- {prompt}\n>>> {complete(model, tokenizer, prompt, args.length)}")


@torch.no_grad()
def complete(model: Qwen2, tokenizer: Tokenizer, prompt: str, length: int) -> str:
    """The most likely continuation, token by token, without a cache: the model is small."""
    ids = tokenizer.encode(prompt).ids
    start, stops = len(ids), {tokenizer.token_to_id(name) for name in STOPS}
    while len(ids) - start < length:
        following = int(model.logits(torch.tensor([ids]))[0, -1].argmax())
        if following in stops:
            break
        ids.append(following)
    return tokenizer.decode(ids[start:], skip_special_tokens=False)


if __name__ == "__main__":
    main()
