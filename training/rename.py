"""Samples told in other words, so that names have to be read from the prompt and cannot be known by heart.

The words that identifiers are made of, `reward` and `index` in `rewardIndex`, are exchanged for others of the trade, the same everywhere in
a sample: in declarations, documentation, reasoning and answer. What the language and the great standards call things stays.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable

WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}(?![a-z])")
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
SHARE = 0.7  # of the words of one sample that are exchanged

KEPT = frozenset("""
abstract address anonymous assembly assert balance bool break bytes calldata call case catch chainid code codehash constant constructor
continue contract data default delegate delegatecall delete emit encode encoded packed enum error ether event external fallback false final
fixed for from function gas gwei hash hours immutable import indexed inherited int interface internal keccak length library log mapping max
memory min minutes modifier msg new number only override payable pop private public pure push receive require return returns revert safe
seconds selector self send sender signature static staticcall storage string struct super selfdestruct this timestamp transfer true try type
uint unchecked using value view virtual wei weeks while days write secure solidity one function purpose inputs access state calls failures security
comes caller come anyone may guarded reads writes then emits leaves condition asked requires settled before any reentrant held off
nothing passed written notice param dev inheritdoc title author with that when which will have must each than into only
""".split())


def lexicon(samples: Iterable[dict]) -> tuple[list[str], list[int]]:
    """The words of identifiers in prompts, and how often they stand there."""
    counts: Counter = Counter()
    for sample in samples:
        counts.update(set(words_of(sample["messages"][-1]["content"])))
    common = [(word, count) for word, count in counts.items() if count >= 5]
    return [word for word, _ in common], [count for _, count in common]


def words_of(prompt: str) -> list[str]:
    """The words that the prompt's identifiers are made of, in lower case, but for those that are kept."""
    code = "\n".join(line for line in prompt.split("\n") if not line.startswith("//"))
    found = dict.fromkeys(stem(match.lower()) for name in IDENTIFIER.findall(code) for match in WORD.findall(name))
    return [word for word in found if word not in KEPT and word + "s" not in KEPT and len(word) > 3]


def stem(word: str) -> str:
    """The singular, more or less."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word


def renamed(sample: dict, words: list[str], weights: list[int], rng: random.Random) -> dict:
    """The sample in other words."""
    own = words_of(sample["messages"][-1]["content"])
    chosen = [word for word in own if rng.random() < SHARE]
    drawn = dict.fromkeys(rng.choices(words, weights, k=4 * len(chosen) + 8)) if words else {}
    # Two words that become one would make two names one.
    exchange = dict(zip(chosen, (word for word in drawn if word not in own)))

    def swap(match: re.Match) -> str:
        found = match.group()
        root = stem(found.lower())
        if root not in exchange:
            return found
        new = exchange[root] + found.lower()[len(root):]
        return new.upper() if found.isupper() else new.capitalize() if found[0].isupper() else new

    def tell(text: str) -> str:
        return WORD.sub(swap, text)

    system, user = sample["messages"][0], sample["messages"][-1]
    messages = [system, user | {"content": tell(user["content"])}]
    return sample | {"messages": messages, "think": tell(sample.get("think", "")), "answer": tell(sample["answer"])}
