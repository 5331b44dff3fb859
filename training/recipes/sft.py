"""Stage 4 for Qwen2.5-Coder: prompt -> grounded reasoning -> function, by TRL's SFTTrainer and a LoRA adapter.

    accelerate launch --config_file fsdp.yaml sft.py --config sft.yaml --samples samples.jsonl --output_dir RUN

The samples are those of `solwright lab samples`. Only the assistant's part carries loss. A sample that is longer than
`max_length` is left out and counted, for a function that is cut short teaches to cut functions short.
"""

from dataclasses import dataclass, field
from pathlib import Path

from datasets import Dataset
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from trl import ModelConfig, SFTConfig, SFTTrainer, TrlParser, get_peft_config

import rows
import stage


@dataclass
class Arguments:
    """Beside those of SFTConfig and ModelConfig."""

    samples: Path = field(metadata={"help": "JSONL of `solwright lab samples`"})


def main() -> None:
    stage.train(trainer_of(*TrlParser((Arguments, SFTConfig, ModelConfig)).parse_args_and_config()))


def trainer_of(args: Arguments, config: SFTConfig, model: ModelConfig) -> SFTTrainer:
    """All is ready to train."""
    tokenizer = AutoTokenizer.from_pretrained(model.model_name_or_path, revision=model.model_revision)
    stage.check_template(tokenizer)
    config.model_init_kwargs = {"dtype": model.dtype, "attn_implementation": model.attn_implementation,
                                "revision": model.model_revision}
    return SFTTrainer(
        model=model.model_name_or_path,
        args=config,
        train_dataset=Dataset.from_list(samples(args.samples, tokenizer, config.max_length)),
        processing_class=tokenizer,
        peft_config=get_peft_config(model),
    )


def samples(path: Path, tokenizer: PreTrainedTokenizerBase, longest: int | None) -> list[dict]:
    """Prompts and completions as TRL reads them, which puts the loss on the completion alone."""
    read, bad = rows.read(path, {"messages": list, "think": str, "answer": str})
    used = []
    for number, row in read:
        if not rows.is_conversation(row["messages"]):
            bad.add(number, "`messages` without roles and contents")
            continue
        completion = [{"role": "assistant", "content": stage.reply(row["think"], row["answer"])}]
        if longest and stage.length(tokenizer, row["messages"] + completion, ask=False) > longest:
            bad.add(number, f"longer than `max_length`, {longest} tokens")
            continue
        used.append({"prompt": row["messages"], "completion": completion})
    bad.report(len(used))
    return used


if __name__ == "__main__":
    main()
