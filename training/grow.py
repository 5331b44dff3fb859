"""A deeper model that computes what a trained one does: python grow.py RUN/checkpoint.pt --out DIR

Behind every layer stands a copy of it that adds nothing at first, because what it writes into the residual stream is
zeroed (Wu et al., "LLaMA Pro", 2024). Training goes on from the same loss with twice the layers.
"""

import argparse
import copy
from dataclasses import replace
from pathlib import Path

import torch

from loop import load_model, save
from qwen2 import Qwen2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    model, progress = load_model(args.checkpoint)
    save(deeper(model), [], progress, args.out)


def deeper(model: Qwen2) -> Qwen2:
    """Twice the layers, the same logits."""
    grown = Qwen2(replace(model.config, layers=2 * model.config.layers))
    grown.embed_tokens, grown.norm = model.embed_tokens, model.norm
    for index, layer in enumerate(model.layers):
        silent = copy.deepcopy(layer)
        torch.nn.init.zeros_(silent.self_attn.o_proj.weight)
        torch.nn.init.zeros_(silent.mlp.down_proj.weight)
        grown.layers[2 * index], grown.layers[2 * index + 1] = layer, silent
    return grown


if __name__ == "__main__":
    main()
