"""Held-out tasks for the benchmark: documented functions of contracts that no training function resembles.

Called by `corpus.py build`, which knows what is held out. A task is one line,
{"id", "file", "licence", "source", "contract", "function", "span": {"start", "end"}}: the whole file, which needs no
other, and the function from its keyword to its closing brace in bytes of UTF-8.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator

import solidity

MOST, MOST_A_CONTRACT = 1000, 4
LINES = range(3, 31)
VERSIONS = [(0, 8, patch) for patch in range(31)]

_COMPARATOR = re.compile(r"(\^|~|>=|<=|>|<|=)?\s*v?(\d+)\.(\d+)(?:\.(\d+))?")
_MARKS = re.compile(r"^\s*(?:///|/\*\*|\*/|\*)[ \t]?|\*/\s*$", re.M)


def tasks_of(contracts: list[dict], files: dict[int, dict], split: str, seed: int) -> list[dict]:
    """Tasks of one split in an order that the seed fixes."""
    held_out = {c["key"]: c for c in contracts if c["split"] == split and c["source"].startswith("contract")}
    found, taken = [], Counter()
    for file in sorted(files.values(), key=lambda file: file["name"]):
        wanted = {held_out[key]["contract"]: held_out.pop(key) for key in file["keys"] if key in held_out}
        if wanted:
            found.extend(tasks_in(file["name"], solidity.read_alone(file["path"]), wanted))
    random.Random(seed).shuffle(found)
    chosen = []
    for task in found:
        taken[task["contract"]] += 1
        if taken[task["contract"]] <= MOST_A_CONTRACT and len(chosen) < MOST:
            chosen.append(task)
    return chosen


def tasks_in(name: str, text: str, wanted: dict[str, dict]) -> Iterator[dict]:
    """The tasks of one file: fresh functions of the wanted contracts that someone could be asked to write."""
    masked = solidity.mask(text)
    if not allows_08(masked):
        return
    for contract, start, end in solidity.contract_spans(masked):
        if contract not in wanted:
            continue
        fresh = {function["hash"] for function in wanted[contract]["functions"] if function["fresh"]}
        source = text[start:end]
        for function in solidity.functions(source):
            signature, body = source[function.start : function.body], source[function.body : function.end]
            if solidity.body_hash(signature, body) in fresh and is_task(source, function):
                first, last = (len(text[: start + at].encode()) for at in (function.start, function.end))
                yield {"id": f"{name}:{contract}.{function.name}:{first}", "file": name, "licence": wanted[contract]["license"],
                       "source": text, "contract": contract, "function": function.name, "span": {"start": first, "end": last}}


def bodies(files: Iterator[dict], count: int, seed: int, largest: int) -> list[dict]:
    """As many functions with a body of whole files, drawn evenly over the files: what people write, documented or not.

    A row of `files` is {"id", "source"}; files of more than `largest` bytes are left out, for who compiles them. One function a file.
    """
    chance = random.Random(seed)
    found, met = [], 0
    for file in files:
        text = file["source"]
        masked = solidity.mask(text)
        if len(text) > largest or not allows_08(masked):
            continue
        written = [(contract, start, function) for contract, start, end in solidity.contract_spans(masked)
                   for function in solidity.functions(text[start:end]) if function.end - function.body > 4]
        if not written:
            continue
        met += 1
        # Each file has the same chance to be among them (Vitter's algorithm R).
        place = chance.randrange(met)
        contract, start, function = chance.choice(written)
        first, last = (len(text[: start + at].encode()) for at in (function.start, function.end))
        task = {"id": f"{file['id']}:{contract}.{function.name}:{first}", "file": file["id"], "licence": "", "source": text,
                "contract": contract, "function": function.name, "span": {"start": first, "end": last}}
        if len(found) < count:
            found.append(task)
        elif place < count:
            found[place] = task
    return found


def is_task(source: str, function: solidity.Function) -> bool:
    """Callable from outside, more than pure arithmetic, of a size to write, and told in a sentence what it does."""
    words = set(re.findall(r"\w+", solidity.mask(source[function.start : function.body])))
    code = source[function.start : function.end]
    return (bool(words & {"external", "public"}) and "pure" not in words and code.count("\n") + 1 in LINES
            and is_sentence(purpose(source[function.doc : function.start])))


def purpose(doc: str) -> str:
    """What a NatSpec comment says the function is for: its `@notice`, else its `@dev`, else its untagged start."""
    text = _MARKS.sub("", doc)
    parts = re.split(r"(?:^|\s)@(\w+)", "@notice " + text if not text.lstrip().startswith("@") else text)
    tagged = dict(reversed(list(zip(parts[1::2], parts[2::2]))))
    return " ".join((tagged.get("notice") or tagged.get("dev") or "").split())


def is_sentence(text: str) -> bool:
    """Four words or more that begin with a letter; rulers and headings are none."""
    return text[:1].isalpha() and len(re.findall(r"[A-Za-z]{2,}", text)) >= 4 and "--" not in text and "==" not in text


def allows_08(masked: str) -> bool:
    """True when one compiler 0.8.x satisfies every pragma of the file."""
    ranges = re.findall(r"pragma\s+solidity\s+([^;]+);", masked)
    return bool(ranges) and any(all(satisfies(version, text) for text in ranges) for version in VERSIONS)


def satisfies(version: tuple[int, int, int], text: str) -> bool:
    """npm's ranges as pragmas use them: comparators that all hold, alternatives by `||`, `A - B` inclusive."""
    for alternative in text.split("||"):
        alternative = re.sub(r"(\S+)\s+-\s+(\S+)", r">=\1 <=\2", alternative)
        parts = _COMPARATOR.findall(alternative)
        if parts and all(holds(version, *part) for part in parts):
            return True
    return False


def holds(version: tuple[int, int, int], sign: str, major: str, minor: str, patch: str) -> bool:
    """One comparator; a version without a patch stands for all of its patches."""
    bound = (int(major), int(minor), int(patch or 0))
    if sign in ("^", "~") or (sign in ("", "=") and not patch):
        return version[:2] == bound[:2] and version >= bound
    return {"": version == bound, "=": version == bound, ">=": version >= bound, ">": version > bound,
            "<=": version <= bound, "<": version < bound}[sign]
