"""Q4_K and Q6_K in numpy, which gguf-py can read but not write. Layouts are ggml's `block_q4_K` and `block_q6_K`.

Scales come from the extremes of each sub-block, without ggml's search for better ones: a little coarser, same format.
"""

import numpy as np

SUPER = 256


def quantize_q4_k(rows: np.ndarray) -> np.ndarray:
    """f32 [R, C] with C divisible by 256 -> bytes [R, C / 256 * 144]: x = d * scale * q - dmin * min, 8 x 32 values."""
    x = rows.astype(np.float32).reshape(-1, 8, 32)
    low = np.minimum(x.min(axis=2), 0.0)
    scale = (x.max(axis=2) - low).clip(min=0) / 15
    d = (scale.max(axis=1, keepdims=True) / 63).astype(np.float16)
    dmin = (-low.min(axis=1, keepdims=True) / 63).astype(np.float16)
    scales = np.rint(divide(scale, d)).clip(0, 63).astype(np.uint8)
    mins = np.rint(divide(-low, dmin)).clip(0, 63).astype(np.uint8)
    step = d.astype(np.float32) * scales
    q = np.rint(divide(x + (dmin.astype(np.float32) * mins)[..., None], step[..., None])).clip(0, 15).astype(np.uint8)
    pairs = q.reshape(-1, 4, 2, 32)
    nibbles = (pairs[:, :, 0] | pairs[:, :, 1] << 4).reshape(-1, 128)
    blocks = np.concatenate([d.view(np.uint8), dmin.view(np.uint8), six_bit_pairs(scales, mins), nibbles], axis=1)
    return blocks.reshape(rows.shape[0], -1)


def six_bit_pairs(scales: np.ndarray, mins: np.ndarray) -> np.ndarray:
    """Eight 6-bit scales and mins [N, 8] in 12 bytes [N, 12]; the last four lend their high bits to the first eight bytes."""
    packed = np.empty((scales.shape[0], 12), dtype=np.uint8)
    packed[:, 0:4] = scales[:, :4] | (scales[:, 4:] >> 4) << 6
    packed[:, 4:8] = mins[:, :4] | (mins[:, 4:] >> 4) << 6
    packed[:, 8:12] = (scales[:, 4:] & 15) | (mins[:, 4:] & 15) << 4
    return packed


def quantize_q6_k(rows: np.ndarray) -> np.ndarray:
    """f32 [R, C] with C divisible by 256 -> bytes [R, C / 256 * 210]: x = d * scale * (q - 32), 16 x 16 values."""
    x = rows.astype(np.float32).reshape(-1, 16, 16)
    scale = np.abs(x).max(axis=2) / 31
    d = (scale.max(axis=1, keepdims=True) / 127).astype(np.float16)
    scales = np.rint(divide(scale, d)).clip(0, 127).astype(np.int8)
    step = d.astype(np.float32) * scales
    q = (np.rint(divide(x, step[..., None])).clip(-32, 31) + 32).astype(np.uint8).reshape(-1, 2, 4, 32)
    low = np.concatenate([(q[:, :, 0] & 15) | (q[:, :, 2] & 15) << 4, (q[:, :, 1] & 15) | (q[:, :, 3] & 15) << 4], axis=2)
    high = q[:, :, 0] >> 4 | (q[:, :, 1] >> 4) << 2 | (q[:, :, 2] >> 4) << 4 | (q[:, :, 3] >> 4) << 6
    parts = [low.reshape(-1, 128), high.reshape(-1, 64), scales.view(np.uint8), d.view(np.uint8)]
    return np.concatenate(parts, axis=1).reshape(rows.shape[0], -1)


def divide(values: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Quotient that is zero where the divisor is."""
    by = by.astype(np.float32)
    return np.divide(values, by, out=np.zeros(np.broadcast_shapes(values.shape, by.shape), np.float32), where=by != 0)
