"""Stage 5 for Qwen2.5-Coder: groups of rollouts judged by `solwright score`, by TRL's GRPOTrainer and a LoRA adapter.

    SOLWRIGHT=path/to/solwright accelerate launch --config_file fsdp.yaml grpo.py --config grpo.yaml \
        --model_name_or_path MERGED --tasks tasks.jsonl --output_dir RUN

A task is a sample of `solwright lab samples --judge`: with what the judge reads, "source" or "project", "span", "reference"?.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from datasets import Dataset
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from trl import GRPOConfig, GRPOTrainer, ModelConfig, TrlParser, get_peft_config

import rows
import stage
from reward import solwright_reward

JUDGED = ("source", "project", "span", "reference")  # what the judge reads of a task


@dataclass
class Arguments:
    """Beside those of GRPOConfig and ModelConfig."""

    tasks: Path = field(metadata={"help": "JSONL of `solwright lab samples --judge`"})
    formula: Literal["gated", "published"] = field(default="gated", metadata={"help": "published: as for SmartCoder-R1"})
    behaviour: bool = field(default=False, metadata={"help": "run answers beside the task's `reference`, too"})
    judges: int = field(default=1, metadata={"help": "judge processes for each rank"})
    max_prompt_length: int = field(default=2048, metadata={"help": "tokens; a task with a longer prompt is left out"})


def main() -> None:
    stage.train(trainer_of(*TrlParser((Arguments, GRPOConfig, ModelConfig)).parse_args_and_config()))


def trainer_of(args: Arguments, config: GRPOConfig, model: ModelConfig) -> GRPOTrainer:
    """All is ready to train."""
    tokenizer = AutoTokenizer.from_pretrained(model.model_name_or_path, revision=model.model_revision, padding_side="left")
    stage.check_template(tokenizer)
    config.model_init_kwargs = {"dtype": model.dtype, "attn_implementation": model.attn_implementation,
                                "revision": model.model_revision}
    return GRPOTrainer(
        model=model.model_name_or_path,
        reward_funcs=solwright_reward(args.formula, args.behaviour, args.judges),
        args=config,
        train_dataset=Dataset.from_list(tasks(args.tasks, tokenizer, args.max_prompt_length)),
        processing_class=tokenizer,
        peft_config=get_peft_config(model),
    )


def tasks(path: Path, tokenizer: PreTrainedTokenizerBase, longest: int) -> list[dict]:
    """Prompts, and what the judge needs as one string, for a table has one type for each column."""
    read, bad = rows.read(path, {"messages": list, "span": dict})
    used = []
    for number, row in read:
        if not rows.is_conversation(row["messages"]):
            bad.add(number, "`messages` without roles and contents")
        elif not (row.get("source") or row.get("project")):
            bad.add(number, "without `source` or `project`")
        elif stage.length(tokenizer, row["messages"], ask=True) > longest:
            bad.add(number, f"prompt longer than `max_prompt_length`, {longest} tokens")
        else:
            name = f"{row.get('id', number)} {row.get('function', '')}".strip()
            judged = {key: row[key] for key in JUDGED if row.get(key) is not None}
            used.append({"prompt": row["messages"], "id": name, "task": json.dumps({"id": name} | judged)})
    bad.report(len(used))
    return used


if __name__ == "__main__":
    main()
