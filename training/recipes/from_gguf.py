"""A GGUF, such as the bundled model, as a folder for sft.py and grpo.py: python from_gguf.py ../../models/NAME.gguf FOLDER"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gguf", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    if not args.gguf.is_file():
        raise SystemExit(f"{args.gguf}: no such file")
    source = {"pretrained_model_name_or_path": args.gguf.parent, "gguf_file": args.gguf.name}
    AutoTokenizer.from_pretrained(**source).save_pretrained(args.folder)
    whole = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(**source, quantization_config=whole, dtype=torch.float32)
    model.save_pretrained(args.folder)
    print(f"{args.folder}: {model.num_parameters():,} parameters")


if __name__ == "__main__":
    main()
