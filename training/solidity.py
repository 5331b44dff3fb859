"""A small scanner for Solidity: comments and strings, contracts, functions, and a normal form of bodies.

It is no parser. It blanks comments and strings, then counts braces, which is right for every file that
compiles and fast enough for a gigabyte of them. Offsets are in characters of the original text.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

PERMISSIVE = frozenset({"MIT", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "Unlicense", "CC0-1.0"})

_OPAQUE = re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_COMMENT_OR_STRING = re.compile(r'(//[^\n]*|/\*.*?(?:\*/|\Z))|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_NON_NEWLINE = re.compile(r"[^\n]")
_CONTRACT = re.compile(r"\b(?:(?:abstract\s+)?contract|interface|library)\s+([A-Za-z_$][\w$]*)[^{};]*\{")
_BRACE = re.compile(r"[{}]")
_FUNCTION = re.compile(r"\bfunction\s+([A-Za-z_$][\w$]*)\s*\([^{};]*([{;])")
_DOC = re.compile(r"(?:[ \t]*///[^\n]*\n(?:[ \t]*///[^\n]*\n)*|[ \t]*/\*\*.*?\*/[ \t]*\n?)\s*\Z", re.S)
_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n*]+)")
_COPYLEFT = re.compile(r"GNU (?:Affero |Lesser )?General Public License|Business Source License", re.I)
_PRAGMA = re.compile(r"pragma\s+solidity\s+([^;]+);")
_IMPORT = re.compile(r"^[ \t]*import\b[^;]*;[ \t]*\n?", re.M)
_ALIAS = re.compile(r"\*|\bas\b")
_DECLARED = re.compile(r"\b(?:contract|interface|library)\s+([A-Za-z_$][\w$]*)(?:\s+is\b([^{};]*))?\s*\{")
_BASE = re.compile(r"(?:^|,)\s*([A-Za-z_$][\w$]*)\s*(?=[,(]|\s*$)")
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[A-Za-z_$][\w$]*|\d[\w.]*|[^\s\w]')
_LOCAL = re.compile(
    r"\b(?:u?int\d*|bool|address|bytes\d*|string|mapping\s*\([^;{}]*\)|[A-Z][\w$]*(?:\.[A-Za-z_$][\w$]*)*)"
    r"(?:\s*\[[^\]]*\])*(?:\s+(?:memory|storage|calldata|payable))?\s+([a-z_$][\w$]*)\s*(?=[=;,)])"
)
_WORDS_NOT_LOCAL = frozenset({"memory", "storage", "calldata", "payable", "public", "private", "internal", "constant", "immutable"})


@dataclass(frozen=True)
class Function:
    """A function with a body. `doc` is where its NatSpec starts, or `start` when it has none."""

    name: str
    doc: int
    start: int
    body: int  # offset of `{`
    end: int  # one past `}`


@dataclass(frozen=True)
class Contract:
    """A contract, abstract contract or library: offsets in the file, and its functions in the contract's own text."""

    name: str
    start: int
    end: int
    functions: tuple[Function, ...]


def licences(text: str) -> list[str]:
    """Every SPDX identifier of the text, as written."""
    return [found.strip() for found in _SPDX.findall(text)]


def is_permissive(text: str) -> bool:
    """True when every licence named in the text is permissive; `A OR B` needs one permissive side."""
    found = licences(text)
    if not found or _COPYLEFT.search(text):
        return False
    return all(any(side.strip(" ()") in PERMISSIVE for side in re.split(r"\s+OR\s+", name)) for name in found)


def sections(text: str) -> list[tuple[int, int, str]]:
    """Start, end and licence of each part of a flattened file; an SPDX line governs until the next.

    What stands before the first SPDX line belongs to it: headers often come above it.
    """
    found = [(match.start(), match[1].strip()) for match in _SPDX.finditer(text)]
    starts = [0, *(start for start, _ in found[1:])]
    return [(start, end, name) for start, end, (_, name) in zip(starts, [*starts[1:], len(text)], found)]


def pragma(text: str, before: int | None = None) -> str:
    """The last `pragma solidity` before an offset, else the first of the file, else the empty string."""
    found = [(match.start(), match[1].strip()) for match in _PRAGMA.finditer(text)]
    earlier = [version for start, version in found if before is None or start < before]
    return earlier[-1] if earlier else (found[0][1] if found else "")


def mask(text: str) -> str:
    """The text with comments and strings blanked: same length, same lines."""
    return _OPAQUE.sub(lambda match: _NON_NEWLINE.sub(" ", match[0]), text)


def without_comments(text: str) -> str:
    """The text less its comments; strings stay."""
    return _COMMENT_OR_STRING.sub(lambda match: " " if match[1] else match[0], text)


def standing_alone(text: str, masked: str) -> str | None:
    """The text when it needs no other file, else None.

    Explorers publish a project as one file, all its parts with their import lines behind each other. Such imports are
    dropped, and so are the licence lines after the first, of which a compiler takes but one; bases come first.
    """
    imports = list(_IMPORT.finditer(masked))
    if not imports:
        return text
    found = _DECLARED.findall(masked)
    declared = [name for name, _ in found]
    bases = {base for _, parents in found for base in _BASE.findall(parents)}
    if any(_ALIAS.search(match[0]) for match in imports) or len(set(declared)) < len(declared) or not bases <= set(declared):
        return None
    for match in reversed(imports):
        text = text[: match.start()] + text[match.end() :]
    text = bases_first(text)
    first = _SPDX.search(text)
    return text[: first.end()] + _SPDX.sub("(as above)", text[first.end() :]) if first else text


def bases_first(text: str) -> str:
    """The text with every contract, and what stands before it, after its bases, as a compiler wants them in one file."""
    masked, parts, start = mask(text), {}, 0
    while match := _DECLARED.search(masked, start):
        end = closing_brace(masked, match.end() - 1)
        if end is None:
            break
        parts[match[1]] = (_BASE.findall(match[2] or ""), text[start:end])
        start = end
    placed: dict[str, str] = {}

    def place(name: str, below: frozenset[str]) -> None:
        if name in placed or name in below or name not in parts:
            return
        for base in parts[name][0]:
            place(base, below | {name})
        placed[name] = parts[name][1]

    for name in parts:
        place(name, frozenset())
    return "".join(placed.values()) + text[start:]


def read_alone(path: str) -> str:
    """The text of a file that was found to stand alone."""
    text = Path(path).read_text(encoding="utf-8").replace("\r\n", "\n")
    return standing_alone(text, mask(text)) or text


def contract_spans(masked: str) -> list[tuple[str, int, int]]:
    """Name, start and end of every top-level contract and library; interfaces hold no bodies and are skipped."""
    spans, position = [], 0
    while match := _CONTRACT.search(masked, position):
        end = closing_brace(masked, match.end() - 1)
        if end is None:
            break
        if not match[0].startswith("interface"):
            spans.append((match[1], match.start(), end))
        position = end
    return spans


def functions(text: str, masked: str | None = None) -> tuple[Function, ...]:
    """The functions with a body in one contract's text; who has its mask already saves the time to make it."""
    masked, found, position = masked or mask(text), [], 0
    while match := _FUNCTION.search(masked, position):
        position = match.end()
        if match[2] == ";":
            continue
        end = closing_brace(masked, match.end() - 1)
        if end is None:
            break
        previous = max(masked.rfind(mark, 0, match.start()) for mark in ";{}") + 1
        doc = _DOC.search(text, previous, match.start())
        start = doc.start() + len(doc[0]) - len(doc[0].lstrip()) if doc else match.start()
        found.append(Function(match[1], start, match.start(), match.end() - 1, end))
        position = end
    return tuple(found)


def closing_brace(masked: str, opening: int) -> int | None:
    """One past the brace that closes the one at `opening`, or None in a file that ends before."""
    depth = 0
    for match in _BRACE.finditer(masked, opening):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return None


def normal_tokens(signature: str, body: str) -> list[str]:
    """Tokens of a body without comments and white space, its locals and parameters named by order of appearance."""
    code = without_comments(body)
    local = set(_LOCAL.findall(without_comments(signature))) | set(_LOCAL.findall(code))
    local -= _WORDS_NOT_LOCAL
    names: dict[str, str] = {}
    return [names.setdefault(token, f"${len(names)}") if token in local else token for token in _TOKEN.findall(code)]


def hash64(text: str) -> int:
    """A stable 64-bit hash."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def body_hash(signature: str, body: str) -> int:
    """The hash by which functions are deduplicated and benchmarks tested for contamination."""
    return hash64(" ".join(normal_tokens(signature, body)))
