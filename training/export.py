"""Stage 6: checkpoint -> GGUF in F16, Q8_0, Q4_0 and Q4_K_M, and logits by which another engine is tested.

    python export.py --checkpoint RUN/checkpoint.pt --tokenizer tokenizer.json --out DIR --name solwright-8m
    python export.py … --reference models/parity.json      also stores prompts and PyTorch's logits
    python export.py --restore FILE.gguf --out DIR           the way back: DIR/checkpoint.pt and DIR/tokenizer.json, to train on from

Each reference is computed in f32 from the weights as the file holds them, so it is the answer of exact arithmetic.
"""

import argparse
import hashlib
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, models

import kquants
from loop import Progress, load_model, save
from qwen2 import Config, Qwen2
from tokenizer import MARKUP, SPECIAL, untrained, with_special_tokens

CONTEXT = 1024
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TYPES = {"f16": gguf.LlamaFileType.MOSTLY_F16, "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
         "q4_0": gguf.LlamaFileType.MOSTLY_Q4_0, "q4_k_m": gguf.LlamaFileType.MOSTLY_Q4_K_M}
Q = gguf.GGMLQuantizationType
PROMPTS = (
    "pragma solidity ^0.8.20;\n\ncontract Vault {\n    mapping(address => uint256) public balances;\n\n"
    "    function withdraw(uint256 amount) external {\n",
    "/// @notice Returns the larger of two numbers\nfunction max(uint256 a, uint256 b) internal pure returns (uint256) {\n",
    "<|fim_prefix|>function transfer(address to, uint256 amount) external returns (bool) {<|fim_suffix|>\n    return true;\n}\n<|fim_middle|>",
    "<|im_start|>user\nWrite the function `deposit`.<|im_end|>\n<|im_start|>assistant\n<think>\n",
    "it's 1234 tokens, café ☕ —\t\r\n\n   }",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="a run's checkpoint.pt; left out: random weights, for tests of loaders")
    parser.add_argument("--restore", type=Path, help="a GGUF that was written here")
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="solwright")
    parser.add_argument("--types", nargs="+", choices=TYPES, default=["f16", "q8_0"])
    parser.add_argument("--reference", type=Path, help="where to write prompts and logits")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.restore:
        model, progress = read(args.restore)
        save(model, [], progress, args.out)
        read_tokenizer(args.restore).save(str(args.out / "tokenizer.json"))
        return
    if args.tokenizer is None:
        parser.error("pass --tokenizer, the tokenizer.json that the model was trained with")
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    model, progress = load_model(args.checkpoint) if args.checkpoint else random_model(tokenizer)
    files = {}
    for kind in args.types:
        files[kind] = args.out / f"{args.name}-{kind}.gguf"
        write(files[kind], kind, model, progress, tokenizer, args.name)
        print(f"{files[kind]}: {files[kind].stat().st_size:,} bytes")
    if args.reference:
        write_reference(args.reference, files, tokenizer)


def random_model(tokenizer: Tokenizer) -> tuple[Qwen2, Progress]:
    """Weights that are random everywhere, zero-initialised matrices included."""
    torch.manual_seed(1)
    model = Qwen2(Config(vocab_size=tokenizer.get_vocab_size()))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if parameter.ndim == 1 else 0.0, std=0.05)
    return model, Progress()


def write(path: Path, kind: str, model: Qwen2, progress: Progress, tokenizer: Tokenizer, name: str) -> None:
    """One GGUF file."""
    writer = gguf.GGUFWriter(path, "qwen2")
    add_metadata(writer, kind, model, progress, name)
    add_tokenizer(writer, tokenizer)
    for tensor_name, parameter in model.state_dict().items():
        target = gguf_name(tensor_name)
        storage = tensor_type(kind, target, parameter.ndim, model.config.layers)
        writer.add_tensor(target, stored(parameter.float().numpy(), storage), raw_dtype=storage)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_metadata(writer: gguf.GGUFWriter, kind: str, model: Qwen2, progress: Progress, name: str) -> None:
    """What the model is, its sizes, and how it was trained."""
    config = model.config
    writer.add_name(name)
    writer.add_size_label(f"{model.parameter_count() / 1e6:.0f}M")
    writer.add_license("MIT OR Apache-2.0")
    writer.add_description("Writes Solidity functions. Trained on permissively licensed, verified contracts; see models/README.md")
    writer.add_languages(["en"])
    writer.add_tags(["solidity", "code", "fill-in-the-middle"])
    writer.add_file_type(TYPES[kind])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(config.hidden)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.ffn)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_layer_norm_rms_eps(config.norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_uint64("solwright.train.tokens", progress.tokens)
    writer.add_uint32("solwright.train.steps", progress.step)
    writer.add_float32("solwright.train.val_loss", progress.val_loss)


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    """Vocabulary, merges, special ids and the chat template; `pre = qwen2` names the regular expression."""
    state = json.loads(tokenizer.to_str())
    special = {name: tokenizer.token_to_id(name) for name in SPECIAL}
    markup = {tokenizer.token_to_id(name) for name in MARKUP}
    tokens = [tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())]
    kinds = [gguf.TokenType.CONTROL if index in special.values() else gguf.TokenType.USER_DEFINED if index in markup
             else gguf.TokenType.NORMAL for index in range(len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) if isinstance(pair, list) else pair for pair in state["model"]["merges"]])
    writer.add_bos_token_id(special["<|endoftext|>"])
    writer.add_eos_token_id(special["<|im_end|>"])
    writer.add_eot_token_id(special["<|im_end|>"])
    writer.add_pad_token_id(special["<|endoftext|>"])
    writer.add_add_bos_token(False)
    for key, name in (("pre", "prefix"), ("suf", "suffix"), ("mid", "middle"), ("pad", "pad")):
        writer.add_uint32(f"tokenizer.ggml.fim_{key}_token_id", special[f"<|fim_{name}|>"])
    writer.add_uint32("tokenizer.ggml.fim_rep_token_id", special["<|repo_name|>"])
    writer.add_uint32("tokenizer.ggml.fim_sep_token_id", special["<|file_sep|>"])
    writer.add_chat_template(CHAT_TEMPLATE)


def gguf_name(name: str) -> str:
    """Hugging Face's name of a tensor -> GGUF's."""
    if name == "embed_tokens.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    for ours, theirs in (("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"),
                         ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"),
                         ("self_attn.o_proj", "attn_output"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"),
                         ("mlp.down_proj", "ffn_down")):
        rest = rest.replace(ours, theirs)
    return f"blk.{layer}.{rest}"


def tensor_type(kind: str, name: str, dimensions: int, layers: int) -> Q:
    """Vectors stay F32; Q4_K_M keeps more bits where llama.cpp does: the embedding, and V and down in some layers."""
    if dimensions == 1:
        return Q.F32
    if kind != "q4_k_m":
        return {"f16": Q.F16, "q8_0": Q.Q8_0, "q4_0": Q.Q4_0}[kind]
    if name == "token_embd.weight":
        return Q.Q6_K
    layer = int(name.split(".")[1])
    more_bits = layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2
    return Q.Q6_K if more_bits and ("attn_v" in name or "ffn_down" in name) else Q.Q4_K


def stored(values: np.ndarray, storage: Q) -> np.ndarray:
    """A tensor as the file holds it."""
    if storage == Q.Q4_K:
        return kquants.quantize_q4_k(values)
    if storage == Q.Q6_K:
        return kquants.quantize_q6_k(values)
    return gguf.quants.quantize(values, storage)


def write_reference(path: Path, files: dict[str, Path], tokenizer: Tokenizer) -> None:
    """Token ids of each prompt and, for each file, 32 highest and 64 fixed logits of the last position."""
    size = tokenizer.get_vocab_size()
    fixed = list(range(0, size, size // 64))[:64]
    prompts = [{"text": text, "ids": tokenizer.encode(text).ids, "logits": {}} for text in PROMPTS]
    for kind, file in files.items():
        model, _ = read(file)
        for prompt in prompts:
            with torch.no_grad():
                logits = model.logits(torch.tensor([prompt["ids"]]))[0, -1]
            top = logits.topk(32)
            prompt["logits"][kind] = {
                "top": [[index, round(value, 5)] for index, value in zip(top.indices.tolist(), top.values.tolist())],
                "fixed": [round(logits[index].item(), 5) for index in fixed],
            }
    hashes = {kind: hashlib.sha256(file.read_bytes()).hexdigest() for kind, file in files.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"sha256": hashes, "fixed": fixed, "prompts": prompts}, ensure_ascii=False))
    print(f"{path}: {path.stat().st_size:,} bytes")


def read(file: Path) -> tuple[Qwen2, Progress]:
    """The model of a GGUF, dequantised to f32, and how far it was trained."""
    reader = gguf.GGUFReader(file)
    value = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    config = Config(value["qwen2.vocab_size"], value["qwen2.embedding_length"], value["qwen2.block_count"],
                    value["qwen2.attention.head_count"], value["qwen2.attention.head_count_kv"],
                    value["qwen2.feed_forward_length"], value["qwen2.rope.freq_base"], value["qwen2.attention.layer_norm_rms_epsilon"])
    model = Qwen2(config)
    weights = {name: torch.from_numpy(tensors[gguf_name(name)].copy()).reshape(like.shape) for name, like in model.state_dict().items()}
    model.load_state_dict(weights)
    return model, Progress(value["solwright.train.steps"], value["solwright.train.tokens"], val_loss=value["solwright.train.val_loss"])


def read_tokenizer(file: Path) -> Tokenizer:
    """The tokenizer of a GGUF that was written here: special tokens and markup are its last ids."""
    fields = gguf.GGUFReader(file).fields
    tokens, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges"))
    vocab = {token: index for index, token in enumerate(tokens[: len(tokens) - len(SPECIAL) - len(MARKUP)])}
    return with_special_tokens(untrained(models.BPE(vocab, [tuple(merge.split(" ")) for merge in merges])))


if __name__ == "__main__":
    main()
