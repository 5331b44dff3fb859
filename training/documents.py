"""Contract -> pretraining documents, half of them in fill-in-the-middle form.

A document is about one fresh function and holds what an editor would show the model around it: the licence and
pragma, the contract's head (state, events, errors), the text just before, and, for infilling, the text after.
Sizes are in characters; about 3.5 of them make a token, and a document should fit a window of 512 tokens.
"""

import random
from collections.abc import Iterator

HEAD, BEFORE, AFTER, LONGEST = 500, 500, 300, 2400
CHUNK = 1600


def documents_of(contract: dict, rng: random.Random) -> Iterator[dict]:
    """Documents of a contract's fresh functions: about two where NatSpec and a 0.8 pragma meet, about one elsewhere."""
    modern = "0.8" in contract["pragma"]
    for function in contract["functions"]:
        if not function["fresh"] or function["end"] - function["body"] > LONGEST:
            continue
        documented = function["doc"] < function["start"]
        wanted = 2.0 if modern and documented else 1.0 if modern or documented else 0.6
        if function["tokens"] < 8:
            wanted *= 0.3
        for _ in range(int(wanted + rng.random())):
            make = rng.choices((infilling, in_context, alone, chunk), weights=(50, 25, 10, 15))[0]
            yield {"text": make(contract, function, rng), "kind": make.__name__}


def infilling(contract: dict, function: dict, rng: random.Random) -> str:
    """Prefix, suffix and middle with Qwen's tokens, as PSM or, as often, SPM (Bavarian et al., 2022, section 3)."""
    source = contract["source"]
    start, end = hidden_span(source, function, rng)
    prefix = before(contract, function, rng) + source[function["doc"] : start]
    suffix = cut_at_line(source[end : function["end"] + AFTER])
    middle = source[start:end]
    if rng.random() < 0.5:
        return f"<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>{middle}"
    return f"<|fim_prefix|><|fim_suffix|>{suffix}<|fim_middle|>{prefix}{middle}"


def hidden_span(source: str, function: dict, rng: random.Random) -> tuple[int, int]:
    """What is hidden: the whole body, the rest of it from some place, the rest of one line, or any stretch."""
    first, last = function["body"] + 1, function["end"] - 1
    shape = rng.choices(("body", "rest", "line", "stretch"), weights=(45, 20, 20, 15))[0]
    if shape == "body" or last - first < 8:
        return first, last
    start = rng.randrange(first, last)
    if shape == "rest":
        return start, last
    if shape == "line":
        newline = source.find("\n", start, last)
        return start, newline if newline >= 0 else last
    return start, rng.randrange(start, min(last, start + 300)) + 1


def in_context(contract: dict, function: dict, rng: random.Random) -> str:
    """The function after its contract's head and the text before it."""
    return before(contract, function, rng) + contract["source"][function["doc"] : function["end"]]


def alone(contract: dict, function: dict, rng: random.Random) -> str:
    """NatSpec, signature and body only."""
    return contract["source"][function["doc"] : function["end"]]


def chunk(contract: dict, function: dict, rng: random.Random) -> str:
    """A stretch of the contract that begins at the function's NatSpec."""
    return cut_at_line(contract["source"][function["doc"] : max(function["doc"] + CHUNK, function["end"])])


def before(contract: dict, function: dict, rng: random.Random) -> str:
    """Licence, pragma, the head of the contract, and the lines just before the function; sometimes less."""
    source, doc = contract["source"], function["doc"]
    head_end = min(f["doc"] for f in contract["functions"])
    head = cut_at_line(source[: min(head_end, HEAD)]) if head_end > HEAD else source[:head_end]
    near = source[max(len(head), doc - rng.choice((0, BEFORE // 2, BEFORE))) : doc]
    if len(head) + len(near) < doc:
        near = near[near.find("\n") + 1 :]
    header = f"// SPDX-License-Identifier: {contract['license']}\npragma solidity {contract['pragma']};\n\n"
    return (header if rng.random() < 0.5 else "") + head.rstrip() + "\n\n    " + near.lstrip()


def cut_at_line(text: str) -> str:
    """The text up to its last line break."""
    return text[: text.rfind("\n") + 1] or text
