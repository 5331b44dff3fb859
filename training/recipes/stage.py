"""What both stages do around their trainer: check the chat template, go on from the last checkpoint, save at SIGTERM."""

import hashlib
import os
import signal

import torch
import torch.distributed as dist
from torch.distributed.tensor import DTensor
from transformers import PreTrainedTokenizerBase, Trainer, TrainerCallback
from transformers.trainer_utils import get_last_checkpoint

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def reply(think: str, answer: str) -> str:
    """What the model is to write; `solwright score` reads the same form."""
    return f"<think>\n{think.strip()}\n</think>\n<answer>\n{answer.strip()}\n</answer>"


def check_template(tokenizer: PreTrainedTokenizerBase) -> None:
    """Some templates drop the reasoning or put text before it; then training and use would see different text."""
    prompt = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Write `f`."}]
    asked = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
    answered = [*prompt, {"role": "assistant", "content": reply("Purpose: none.", "function f() external {}")}]
    whole = tokenizer.apply_chat_template(answered, tokenize=False)
    if not whole.startswith(asked + answered[-1]["content"]):
        raise SystemExit(f"{tokenizer.name_or_path}: its chat template changes `<think>…</think><answer>…</answer>`; "
                         "put the template of Qwen2.5-Coder-Instruct into its chat_template.jinja")


def length(tokenizer: PreTrainedTokenizerBase, messages: list[dict], ask: bool) -> int:
    """Tokens of a conversation; with `ask`, up to where the model goes on."""
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def train(trainer: Trainer) -> None:
    """From the last checkpoint, if there is one, to the end or to SIGTERM; the adapter is written at the end only."""
    output = trainer.args.output_dir
    trainer.add_callback(StopAtSignal())
    trainer.train(resume_from_checkpoint=get_last_checkpoint(output) if os.path.isdir(output) else None)
    print(f"{fingerprint(trainer)}\n", end="", flush=True)  # in one write, for the ranks share the output
    done, steps = trainer.state.global_step, trainer.state.max_steps
    if done < steps:
        raise SystemExit(f"{output}: stopped after step {done} of {steps}; the same command goes on from there")
    trainer.save_state()
    trainer.save_model(output)


class StopAtSignal(TrainerCallback):
    """After SIGTERM to any rank all ranks save after the same step, for a rank that stops alone leaves the others waiting."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self.ask)

    def ask(self, *_) -> None:
        """The step under way is finished first."""
        self.asked = True

    def on_step_end(self, args, state, control, **_) -> None:
        """One small reduction a step."""
        asked = torch.tensor(int(self.asked), device=args.device)
        if dist.is_initialized():
            dist.all_reduce(asked, op=dist.ReduceOp.MAX)
        if asked.item() and not control.should_training_stop:
            control.should_save = control.should_training_stop = True


def fingerprint(trainer: Trainer) -> str:
    """A hash of what this rank has trained: all ranks must print the same."""
    digest, count = hashlib.sha256(), 0
    for _, parameter in sorted(trainer.model.named_parameters()):
        if parameter.requires_grad:
            value = parameter.full_tensor() if isinstance(parameter, DTensor) else parameter
            digest.update(value.detach().float().cpu().numpy().tobytes())
            count += 1
    rank, step = trainer.args.process_index, trainer.state.global_step
    return f"rank {rank}, step {step}: {count} trained tensors, sha256 {digest.hexdigest()}"
