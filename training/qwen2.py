"""The Qwen2 architecture in one flat file, small enough to train on a CPU.

RMSNorm, rotary positions in the NEOX (half-split) layout, grouped-query attention with a bias on
Q, K and V only, SwiGLU, tied embeddings. Module names are Hugging Face's, so `export.py` and any
Qwen2 loader can rename them one by one.

Shapes in comments: B sequences, T positions, D width, H heads, K key/value heads, E head size, V vocabulary.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    """Sizes of one model; the defaults are the one that ships."""

    vocab_size: int = 8192
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    ffn: int = 768
    rope_base: float = 10_000.0
    norm_eps: float = 1e-6

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads

    def to_dict(self) -> dict:
        return asdict(self)


class Qwen2(nn.Module):
    """Token ids in, hidden states out; `loss` and `logits` apply the tied embedding as the output layer."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(config.hidden, eps=config.norm_eps)
        self._initialise()

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B, T] -> final hidden states [B, T, D]."""
        cos, sin = rope_tables(ids.shape[1], self.config.head_size, self.config.rope_base, ids.device)
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)

    def logits(self, ids: Tensor) -> Tensor:
        """ids [B, T] -> logits [B, T, V]."""
        return F.linear(self(ids), self.embed_tokens.weight)

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean cross entropy in nats over the targets [B, T] that are not -100; the others cost no logits."""
        hidden, goals = self(ids).flatten(0, 1), targets.flatten()
        kept = goals >= 0
        return LinearCrossEntropy.apply(hidden[kept], self.embed_tokens.weight, goals[kept])

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())

    def _initialise(self) -> None:
        """Normal(0, 0.02); the layers that write into the residual stream start at zero, as in nanochat."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias") or name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.zeros_(parameter)
            elif parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02)


class Block(nn.Module):
    """Attention and feed-forward, each behind its norm and added to the residual stream."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(config.hidden, eps=config.norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden, eps=config.norm_eps)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Attention(nn.Module):
    """Causal attention in which H/K query heads share one key/value head."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head_size = config.heads, config.kv_heads, config.head_size
        self.q_proj = nn.Linear(config.hidden, config.heads * config.head_size, bias=True)
        self.k_proj = nn.Linear(config.hidden, config.kv_heads * config.head_size, bias=True)
        self.v_proj = nn.Linear(config.hidden, config.kv_heads * config.head_size, bias=True)
        self.o_proj = nn.Linear(config.heads * config.head_size, config.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, _ = x.shape
        q = self.q_proj(x).view(batch, length, self.heads, self.head_size).transpose(1, 2)  # [B, H, T, E]
        k = self.k_proj(x).view(batch, length, self.kv_heads, self.head_size).transpose(1, 2)  # [B, K, T, E]
        v = self.v_proj(x).view(batch, length, self.kv_heads, self.head_size).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        group = self.heads // self.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    """SwiGLU: down(silu(gate(x)) * up(x))."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden, config.ffn, bias=False)
        self.up_proj = nn.Linear(config.hidden, config.ffn, bias=False)
        self.down_proj = nn.Linear(config.ffn, config.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


def rope_tables(length: int, head_size: int, base: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines [T, E/2] of every position and frequency."""
    frequencies = base ** (-torch.arange(0, head_size, 2, device=device, dtype=torch.float32) / head_size)
    angles = torch.outer(torch.arange(length, device=device, dtype=torch.float32), frequencies)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions in the NEOX layout: the first half of x [B, H, T, E] pairs with the second."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class LinearCrossEntropy(torch.autograd.Function):
    """Output layer and cross entropy in chunks whose logits fit the cache; gradients are made on the way forward.

    The full logits of 4,096 positions would be 134 MB in f32 and cross memory several times.
    """

    CHUNK = 256

    @staticmethod
    def forward(ctx, hidden: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
        """hidden [N, D], weight [V, D], targets [N] with -100 for "no loss" -> scalar mean."""
        chunk = LinearCrossEntropy.CHUNK if hidden.device.type == "cpu" else 8192
        dtype = torch.get_autocast_dtype(hidden.device.type) if torch.is_autocast_enabled(hidden.device.type) else hidden.dtype
        x, w = hidden.detach().to(dtype), weight.detach().to(dtype)
        grad_x, grad_w = torch.empty_like(x), torch.zeros(w.shape, dtype=torch.float32, device=w.device)
        count = (targets >= 0).sum().clamp(min=1)
        total = torch.zeros((), dtype=torch.float32, device=x.device)
        with torch.autocast(hidden.device.type, enabled=False):
            for start in range(0, x.shape[0], chunk):
                part, goal = x[start : start + chunk], targets[start : start + chunk]
                kept = (goal >= 0).unsqueeze(1)
                goal = goal.clamp(min=0).unsqueeze(1)
                logp = F.log_softmax((part @ w.T).float(), dim=-1)
                total -= (logp.gather(1, goal) * kept).sum()
                grad = logp.exp_()
                grad.scatter_add_(1, goal, torch.full_like(goal, -1, dtype=grad.dtype))
                grad = (grad * (kept / count)).to(dtype)
                grad_x[start : start + chunk] = grad @ w
                grad_w += grad.T @ part
        ctx.save_for_backward(grad_x, grad_w)
        ctx.dtypes = hidden.dtype, weight.dtype
        return total / count

    @staticmethod
    def backward(ctx, grad_output: Tensor) -> tuple[Tensor, Tensor, None]:
        grad_x, grad_w = ctx.saved_tensors
        hidden_type, weight_type = ctx.dtypes
        return (grad_x * grad_output).to(hidden_type), (grad_w * grad_output).to(weight_type), None
