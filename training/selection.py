"""Which samples are worth learning from: code of today, one of a kind, rather told than named.

Most samples of verified contracts are copies: of OpenZeppelin's functions, of getters, of each other with another name.
What is left out is counted by its reason.
"""

import random
from collections import Counter
from collections.abc import Iterable

import solidity
from near_duplicates import NearDuplicates, signature_of

ALIKE = 2  # documented samples of one kind that are kept; by mere names, one
NAMED_SHARE, TRIVIAL_SHARE = 0.3, 0.04  # most that samples by mere names, and bodies of a few tokens, may make up
TRIVIAL = 8  # tokens; `{ return owner; }` has five


def select(samples: Iterable[dict], excluded: frozenset[int], counts: Counter, seed: int) -> list[dict]:
    """The samples to use, shuffled."""
    kinds: dict[str, list[dict]] = {"documented": [], "named": [], "trivial": []}
    seen, near, exact, alike = set(), NearDuplicates(), Counter(), Counter()
    for sample in samples:
        counts["samples"] += 1
        reason, kind = judge(sample, excluded, seen, near, exact, alike)
        if reason:
            counts[reason] += 1
        else:
            kinds[kind].append(sample)
    rng = random.Random(seed)
    used = kinds["documented"]
    for kind, share in (("named", NAMED_SHARE), ("trivial", TRIVIAL_SHARE)):
        most = int(len(kinds["documented"]) * share / (1 - NAMED_SHARE - TRIVIAL_SHARE)) if kinds["documented"] else len(kinds[kind])
        rng.shuffle(kinds[kind])
        counts[f"{kind}, beyond their share"] += len(kinds[kind][most:])
        used = used + kinds[kind][:most]
    for kind, rows in kinds.items():
        counts[f"distinct {kind}"] += len(rows)
    rng.shuffle(used)
    return used


def judge(sample: dict, excluded: frozenset[int], seen: set[int], near: NearDuplicates, exact: Counter, alike: Counter) -> tuple[str, str]:
    """(reason to leave it out or nothing, kind)."""
    if not isinstance(sample.get("messages"), list) or not sample.get("answer"):
        return "without messages or answer", ""
    answer = sample["answer"]
    prompt = solidity.hash64(" ".join(sample["messages"][-1]["content"].split()) + answer)
    if prompt in seen:
        return "duplicate", ""
    seen.add(prompt)
    opening = solidity.mask(answer).find("{")
    signature, body = answer[:opening], answer[opening:]
    tokens = solidity.normal_tokens(signature, body)
    value = solidity.hash64(" ".join(tokens))
    if value in excluded:
        return "in a benchmark", ""
    most = ALIKE if sample.get("documented", True) else 1
    if exact[value] >= most:
        return "answer known", ""
    exact[value] += 1
    if (shingles := signature_of(signature, body)) is not None:
        place = near.place(shingles)
        if alike[place] >= most:
            return "answer nearly known", ""
        alike[place] += 1
    if len(tokens) <= TRIVIAL:
        return "", "trivial"
    return "", "documented" if sample.get("documented", True) else "named"
