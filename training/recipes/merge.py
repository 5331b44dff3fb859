"""A LoRA adapter into the weights of its base, to go on from or to convert to GGUF: python merge.py RUN MERGED"""

import argparse
from pathlib import Path

from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="the output folder of sft.py or grpo.py")
    parser.add_argument("merged", type=Path, help="a folder to write")
    parser.add_argument("--dtype", default="auto", help="of the weights that are written; auto: as the base has them")
    args = parser.parse_args()
    if not (args.run / "adapter_config.json").is_file():
        raise SystemExit(f"{args.run}: no adapter_config.json; the run has not ended, its last checkpoint-N folder has one")
    tokenizer = AutoTokenizer.from_pretrained(args.run)
    model = AutoPeftModelForCausalLM.from_pretrained(args.run, dtype=args.dtype).merge_and_unload(safe_merge=True)
    # A base model ends at <|endoftext|>, what was trained here at <|im_end|>.
    model.config.eos_token_id = model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(args.merged)
    tokenizer.save_pretrained(args.merged)
    print(f"{args.merged}: {model.num_parameters():,} parameters")


if __name__ == "__main__":
    main()
