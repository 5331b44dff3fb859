"""What the training stages promise, on the fixtures of `testdata/`: `python -m unittest tests`."""

import json
import random
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, models, pre_tokenizers

import corpus
import documents
import held_out
import kquants
import loop
import nearby
import outliers
import rename
import solidity
import tasks
from average import average
from contamination import contamination, excluded_hashes, read_hashes, task_functions
from grow import deeper
from near_duplicates import Bands, NearDuplicates, signature_of
from optim import orthogonal
from packing import Example, Packed, pack
from qwen2 import Config, LinearCrossEntropy, Qwen2
from selection import select

TESTDATA = Path(__file__).parent / "testdata"
TEST_NAME = "ClayTill"  # a contract name that `assign_splits` puts into the test split


def functions_of(file: str, contract: str) -> dict[str, tuple[str, str, str]]:
    """Name -> (NatSpec, signature, body)."""
    text = (TESTDATA / file).read_text()
    name, start, end = next(span for span in solidity.contract_spans(solidity.mask(text)) if span[0] == contract)
    source = text[start:end]
    return {f.name: (source[f.doc : f.start], source[f.start : f.body], source[f.body : f.end]) for f in solidity.functions(source)}


class Scanner(unittest.TestCase):
    def test_the_mask_keeps_every_offset(self) -> None:
        text = (TESTDATA / "Scanner.sol").read_text()
        masked = solidity.mask(text)
        self.assertEqual(len(masked), len(text))
        self.assertEqual(masked.count("\n"), text.count("\n"))
        self.assertNotIn("notCode", masked)
        self.assertNotIn("inString", masked)

    def test_braces_in_comments_and_strings_do_not_count(self) -> None:
        found = functions_of("Scanner.sol", "Braces")
        self.assertEqual(list(found), ["twice", "twiceAgain", "nested"])
        self.assertTrue(found["twice"][2].endswith("}"))
        self.assertIn("@notice Doubles", found["twice"][0])
        self.assertEqual(found["twiceAgain"][0], "")

    def test_a_truncated_file_yields_no_contract(self) -> None:
        text = (TESTDATA / "Truncated.sol").read_text()
        self.assertEqual(solidity.contract_spans(solidity.mask(text)), [])

    def test_the_hash_ignores_comments_and_names_of_locals(self) -> None:
        found = functions_of("Scanner.sol", "Braces")
        self.assertEqual(solidity.body_hash(*found["twice"][1:]), solidity.body_hash(*found["twiceAgain"][1:]))
        self.assertNotEqual(solidity.body_hash(*found["twice"][1:]), solidity.body_hash(*found["nested"][1:]))

    def test_each_part_of_a_flattened_file_has_its_own_licence(self) -> None:
        text = (TESTDATA / "Scanner.sol").read_text()
        self.assertEqual([name for _, _, name in solidity.sections(text)], ["MIT", "GPL-3.0-only"])
        self.assertFalse(solidity.is_permissive(text))
        self.assertTrue(solidity.is_permissive("// SPDX-License-Identifier: GPL-2.0 OR MIT"))
        self.assertFalse(solidity.is_permissive("// SPDX-License-Identifier: UNLICENSED"))


class Corpus(unittest.TestCase):
    def test_bad_input_is_named_and_counted(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            corpus.build([TESTDATA], out, out / "hashes.zst", out / "bands.zst", known=[], exclude=[], workers=1, seed=1)
            counts = json.loads((out / "counts.json").read_text())
            names = {row["contract"] for row in corpus.read_jsonl(out / "contracts.jsonl.zst")}
        self.assertEqual(counts["files unreadable"], 1)
        self.assertEqual(counts["files without a permissive licence"], 1)
        self.assertEqual(counts["contracts without a permissive licence"], 1)
        self.assertEqual(names, {"Ledger", "Braces"})

    def test_an_infilling_document_holds_the_whole_function(self) -> None:
        import random

        source = (TESTDATA / "Ledger.sol").read_text()
        _, start, end = solidity.contract_spans(solidity.mask(source))[0]
        record = corpus.contract_record("Ledger.sol", "Ledger", source[start:end], solidity.mask(source[start:end]), "MIT", "^0.8.20")
        function = record["functions"][2]
        for seed in range(20):
            text = documents.infilling(record, function, random.Random(seed))
            prefix_first = "<|fim_prefix|><|fim_suffix|>" not in text
            middle = text.split("<|fim_middle|>")[1]
            suffix = text.split("<|fim_suffix|>")[1].split("<|fim_middle|>")[0]
            prefix = text.split("<|fim_suffix|>")[0].removeprefix("<|fim_prefix|>") if prefix_first else ""
            whole = prefix + middle + suffix
            self.assertIn(record["source"][function["doc"] : function["end"]], whole)

    def test_a_renamed_event_is_a_near_duplicate(self) -> None:
        found = functions_of("Ledger.sol", "Ledger")
        near = NearDuplicates()
        self.assertTrue(near.add(signature_of(*found["withdraw"][1:])))
        self.assertFalse(near.add(signature_of(found["withdraw"][1], found["withdraw"][2].replace("Withdrawn", "Sent"))))
        self.assertTrue(near.add(signature_of(*found["sumOf"][1:])))

    def test_a_near_duplicate_is_found_among_many_signatures(self) -> None:
        found = functions_of("Ledger.sol", "Ledger")
        kept = Bands.of([signature_of(*found[name][1:]) for name in ("withdraw", "setFrozen")])
        self.assertTrue(kept.near(signature_of(found["withdraw"][1], found["withdraw"][2].replace("Withdrawn", "Sent"))))
        self.assertFalse(kept.near(signature_of(*found["sumOf"][1:])))
        self.assertFalse(Bands.of([]).near(signature_of(*found["sumOf"][1:])))
        with tempfile.TemporaryDirectory() as folder:
            kept.save(Path(folder) / "bands.zst")
            again = Bands.load(Path(folder) / "bands.zst")
        for one, other in zip(kept.keys, again.keys, strict=True):
            np.testing.assert_array_equal(one, other)


class HeldOut(unittest.TestCase):
    """Contracts whose names fall into the test split: what may become a task, and what training must not see."""

    SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract NAME {
    mapping(address => uint256) public owed;

    /// @notice Notes what an account owes: é.
    function note(address account, uint256 amount) external {
        require(account != address(0) && amount > 0, "nothing to note for nobody");
        owed[account] += amount;
    }

    /// @notice Clears half of what the caller owes
    function clearHalf() external {
        uint256 half = owed[msg.sender] / 2;
        owed[msg.sender] -= half;
    }
}
"""

    def build(self, files: dict[str, str], **options: list[Path]) -> tuple[dict, list[dict], set[int]]:
        """Counts, tasks of the test split and the list of hashes that a build over these files leaves."""
        with tempfile.TemporaryDirectory() as folder:
            sources, out = Path(folder) / "sources", Path(folder) / "out"
            for name, text in files.items():
                (sources / name).parent.mkdir(parents=True, exist_ok=True)
                (sources / name).write_text(text, encoding="utf-8")
            corpus.build([sources], out, out / "hashes.zst", out / "bands.zst", workers=1, seed=1, **{"known": [], "exclude": [], **options})
            return (json.loads((out / "counts.json").read_text()), list(corpus.read_jsonl(out / "tasks.jsonl")),
                    set(read_hashes(out / "hashes.zst").tolist()))

    def test_a_task_spans_its_function_in_bytes(self) -> None:
        _, found, hashes = self.build({"held.sol": self.SOURCE.replace("NAME", TEST_NAME)})
        self.assertEqual({task["function"] for task in found}, {"note", "clearHalf"})
        self.assertEqual(hashes, set())
        for task in found:
            cut = task["source"].encode()[task["span"]["start"] : task["span"]["end"]].decode()
            self.assertTrue(cut.startswith(f"function {task['function']}(") and cut.endswith("}"), cut)

    def test_a_copy_of_a_training_contract_is_not_held_out(self) -> None:
        copy = self.SOURCE.replace("NAME", TEST_NAME).replace("half", "part").replace("account", "who")
        counts, found, _ = self.build({"train.sol": self.SOURCE.replace("NAME", "Debts"), "held.sol": copy})
        self.assertEqual(found, [])
        self.assertEqual(counts["held-out contracts like training ones"], 1)

    def test_contamination_counts_what_was_seen(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            (path / "a.sol").write_text(self.SOURCE.replace("NAME", "Debts"))
            corpus.build([path], path / "out", path / "h.zst", path / "b.zst", known=[], exclude=[], workers=1, seed=1)
            (path / "new.sol").write_text("contract C { function f(uint256 n) external { n = n * n * n; } }")
            self.assertEqual(contamination([path / "a.sol"], path / "h.zst", path / "b.zst"), 2)
            self.assertEqual(contamination([path / "new.sol"], path / "h.zst", path / "b.zst"), 0)

    def test_bodies_are_drawn_one_a_file_and_are_whole(self) -> None:
        files = [{"id": f"{n}.sol", "source": self.SOURCE.replace("NAME", f"C{n}")} for n in range(20)]
        files.append({"id": "large.sol", "source": self.SOURCE.replace("NAME", "Large") + " " * 5000})
        drawn = tasks.bodies(iter(files), count=5, seed=1, largest=4000)
        self.assertEqual(len({task["file"] for task in drawn}), 5)
        self.assertNotIn("large.sol", {task["file"] for task in drawn})
        for task in drawn:
            cut = task["source"].encode()[task["span"]["start"] : task["span"]["end"]].decode()
            self.assertTrue(cut.startswith(("function", "constructor", "modifier", "receive", "fallback")) and cut.endswith("}"), cut)
        self.assertEqual(drawn, tasks.bodies(iter(files), count=5, seed=1, largest=4000))

    def test_the_unseen_tasks_are_those_of_files_that_training_knows_nothing_of(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            known, new = self.SOURCE.replace("NAME", "Debts"), "contract C { function f(uint256 n) external { n = n * n * n; } }"
            (path / "a.sol").write_text(known)
            corpus.build([path], path / "out", path / "h.zst", path / "b.zst", known=[], exclude=[], workers=1, seed=1)
            body = known[known.index("function note") : known.index("/// @notice Clears")].strip()
            tasks = [{"id": "1", "file": "a", "function": body}, {"id": "2", "file": "a", "function": new}, {"id": "3", "file": "b", "function": new}]
            (path / "tasks.jsonl").write_text("".join(f"{json.dumps(task)}\n" for task in tasks))
            self.assertEqual(contamination([path / "tasks.jsonl"], path / "h.zst", path / "b.zst", path / "unseen"), 1)
            left = (path / "unseen" / "tasks.jsonl").read_text().splitlines()
            self.assertEqual([json.loads(line)["id"] for line in left], ["3"])

    def test_a_benchmarks_functions_are_cut_out_of_training(self) -> None:
        source = self.SOURCE.replace("NAME", "Debts")
        _, _, everything = self.build({"train.sol": source})
        with tempfile.TemporaryDirectory() as folder:
            benchmark = Path(folder) / "tasks.json"
            body = source[source.index("function note") : source.index("/// @notice Clears")]
            benchmark.write_text(json.dumps({"Debts.sol": [{"identifier": "note", "body": body}]}))
            excluded = excluded_hashes([benchmark])
            counts, _, hashes = self.build({"train.sol": source}, exclude=[benchmark])
        self.assertEqual(counts["functions of benchmarks cut out"], 1)
        self.assertEqual((len(excluded), everything - hashes), (1, set(excluded)))

    def test_a_project_in_one_file_stands_alone(self) -> None:
        project = "// SPDX-License-Identifier: MIT\nimport './B.sol';\ncontract A is B {}\n// SPDX-License-Identifier: MIT\ncontract B {}\n"
        alone = solidity.standing_alone(project, solidity.mask(project))
        self.assertEqual((alone.count("import"), alone.count("SPDX")), (0, 1))
        self.assertLess(alone.index("contract B"), alone.index("contract A"))
        for broken in (project.replace("contract B", "contract C"), project.replace("'./B.sol'", "{B as D} from './B.sol'"),
                       project + "contract B {}\n"):
            self.assertIsNone(solidity.standing_alone(broken, solidity.mask(broken)))

    def test_bases_come_first_and_nothing_is_lost(self) -> None:
        parts = ["abstract contract A is D(1), B {}", " // of B\ncontract B is C { function f() { g(); } }", " interface C {}",
                 " contract D is B {}", "\n// end"]
        self.assertEqual(solidity.bases_first("".join(parts)), "".join(parts[at] for at in (2, 1, 3, 0, 4)))
        ring = "contract A is B {} contract B is A {} contract"
        self.assertCountEqual(solidity.bases_first(ring), ring)

    def test_pragmas_are_read_as_npm_reads_them(self) -> None:
        for text in ("^0.8.0", ">=0.4.22 <0.9.0", "0.8.19", ">=0.7.0", "^0.7.0 || ^0.8.0", "0.6.0 - 0.8.4", "=0.8.24", "~0.8"):
            self.assertTrue(tasks.allows_08(f"pragma solidity {text};"), text)
        for text in ("^0.7.6", ">=0.6.0 <0.8.0", "0.5.17", "^0.4.24 || 0.6.12"):
            self.assertFalse(tasks.allows_08(f"pragma solidity {text};"), text)
        self.assertFalse(tasks.allows_08("pragma solidity 0.8.1; pragma solidity 0.8.2;"))

    def test_a_purpose_is_a_sentence(self) -> None:
        self.assertEqual(tasks.purpose("/**\n * @dev How.\n * @notice Pays what an account\n * is owed\n */"), "Pays what an account is owed")
        self.assertEqual(tasks.purpose("/// Pays what is owed\n/// @param to whom"), "Pays what is owed")
        for text in ("", "Pays out", "------ Setters of the owner ------", "@inheritdoc IVault"):
            self.assertFalse(tasks.is_sentence(text), text)


class Packing(unittest.TestCase):
    def test_every_token_is_packed_once_and_padding_is_not_learned(self) -> None:
        examples = [Example(list(range(1, n))) for n in (3, 40, 9, 17, 5, 12)]
        made = pack(examples, length=15, end=99, pad=98)
        self.assertEqual(int(made.learn.sum()), sum(len(example.ids) + 1 for example in examples))
        self.assertTrue((made.ids[~made.learn] == 98).all())

    def test_packed_windows_survive_the_file(self) -> None:
        made = pack([Example([1, 2, 3], [False, True, True])], length=7, end=9, pad=8)
        with tempfile.TemporaryDirectory() as folder:
            made.save(Path(folder) / "windows.zst")
            again = Packed.load(Path(folder) / "windows.zst")
        np.testing.assert_array_equal(made.ids, again.ids)
        np.testing.assert_array_equal(made.learn, again.learn)


class BadInput(unittest.TestCase):
    """Each is refused in one line that names the file and the remedy."""

    def test_a_folder_without_licences(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            (path / "a.sol").write_text("contract A { function f() public {} }")
            with self.assertRaisesRegex(SystemExit, "nothing usable under .*without a permissive licence.*MIT"):
                corpus.build([path], path / "out", path / "h.zst", path / "b.zst", known=[], exclude=[], workers=1, seed=1)
            with self.assertRaisesRegex(SystemExit, "no .sol file under"):
                corpus.build([path / "out"], path / "out", path / "h.zst", path / "b.zst", known=[], exclude=[], workers=1, seed=1)

    def test_a_checkpoint_of_another_shape(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "checkpoint.pt"
            loop.save(Qwen2(Config(vocab_size=64, hidden=16, layers=1, heads=2, kv_heads=1, ffn=16)), [], loop.Progress(), path.parent)
            with self.assertRaisesRegex(SystemExit, "another shape .layers 1 there, 2 here"):
                loop.resume(Qwen2(Config(vocab_size=64, hidden=16, layers=2, heads=2, kv_heads=1, ffn=16)), [], path.parent)
            with self.assertRaisesRegex(SystemExit, "vocabulary of 64 tokens and the tokenizer has 65"):
                loop.load_model(path, 65)
            path.write_text("not a checkpoint")
            with self.assertRaisesRegex(SystemExit, "checkpoint.pt is no checkpoint"):
                loop.load_model(path)
            with self.assertRaisesRegex(SystemExit, "no checkpoint at"):
                loop.load_model(path.parent / "missing.pt")

    def test_the_mean_of_two_runs_and_of_two_shapes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name / "checkpoint.pt" for name in ("one", "two", "other")]
            built = [Qwen2(Config(vocab_size=64, hidden=16, layers=layers, heads=2, kv_heads=1, ffn=16)) for layers in (1, 1, 2)]
            for model, path in zip(built, paths):
                loop.save(model, [], loop.Progress(), path.parent)
            average(paths[:2], Path(folder) / "mean")
            mean, _ = loop.load_model(Path(folder) / "mean" / "checkpoint.pt")
            expected = (built[0].embed_tokens.weight + built[1].embed_tokens.weight) / 2
            torch.testing.assert_close(mean.embed_tokens.weight, expected)
            with self.assertRaisesRegex(SystemExit, "other/checkpoint.pt is of another shape"):
                average([paths[0], paths[2]], Path(folder) / "mean")

    def test_a_deeper_model_computes_the_same(self) -> None:
        torch.manual_seed(1)
        model = Qwen2(Config(vocab_size=64, hidden=16, layers=2, heads=2, kv_heads=1, ffn=16))
        for layer in model.layers:
            torch.nn.init.normal_(layer.self_attn.o_proj.weight)
            torch.nn.init.normal_(layer.mlp.down_proj.weight)
        ids = torch.arange(12).reshape(1, 12)
        before = model.logits(ids)
        grown = deeper(model)
        self.assertEqual(len(grown.layers), 4)
        torch.testing.assert_close(grown.logits(ids), before)
        self.assertFalse(torch.equal(grown.layers[1].mlp.gate_proj.weight, torch.zeros(16, 16)))

    @unittest.skipUnless(Path("/dev/full").exists(), "the device that is always full is Linux's")
    def test_a_full_disk_leaves_the_checkpoint_before(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "checkpoint.pt"
            model = Qwen2(Config(vocab_size=64, hidden=16, layers=1, heads=2, kv_heads=1, ffn=16))
            loop.save(model, [], loop.Progress(step=1), path.parent)
            for write in (lambda: loop.save(model, [], loop.Progress(step=2), path.parent),
                          lambda: corpus.write_jsonl(path, [{"text": "x" * 10_000}] * 1000),
                          lambda: pack([Example([1, 2, 3])], length=7, end=9, pad=8).save(path)):
                (path.parent / "checkpoint.pt.tmp").symlink_to("/dev/full")
                with self.assertRaisesRegex(SystemExit, "checkpoint.pt cannot be written: .*Free some space"):
                    write()
                self.assertEqual(loop.load_model(path)[1].step, 1)
                self.assertFalse((path.parent / "checkpoint.pt.tmp").is_symlink())

    def test_tasks_that_are_none(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tasks.jsonl"
            path.write_text('{"id": "a", "body": "function f() public { x = 1; }"}\n{"id": "b"}\n{"id"')
            with self.assertRaisesRegex(SystemExit, "tasks.jsonl:2: no `span`"):
                list(task_functions(path))
            path.write_text('{"id"')
            with self.assertRaisesRegex(SystemExit, "tasks.jsonl:1: no JSON"):
                list(task_functions(path))
            with self.assertRaisesRegex(SystemExit, "tasks.jsonl:1: no JSON"):
                list(corpus.read_jsonl(path))


class Selection(unittest.TestCase):
    """What `sft.py` learns from, out of what `solwright lab samples` writes."""

    @staticmethod
    def sample(answer: str, documented: bool = True, prompt: str = "Write it.") -> dict:
        return {"messages": [{"role": "user", "content": prompt}], "documented": documented, "think": "", "answer": answer}

    def test_copies_are_kept_twice_when_documented_and_once_by_name(self) -> None:
        answer = "function f(uint256 N) external { total += N; emit Added(msg.sender, N); }"
        counts: Counter = Counter()
        rows = [self.sample(answer.replace("N", name), prompt=name) for name in "abcd"]
        self.assertEqual(len(select(rows, frozenset(), counts, 1)), 2)
        self.assertEqual(counts["answer known"], 2)
        self.assertEqual(len(select([row | {"documented": False} for row in rows], frozenset(), Counter(), 1)), 1)

    def test_getters_and_names_do_not_crowd_out_the_documented(self) -> None:
        told = [self.sample(f"function f{i}(uint256 n) external {{ total{i} += n; emit Added(msg.sender, n, {i}); }}") for i in range(66)]
        getters = [self.sample(f"function g{i}() external view returns (uint256) {{ return g{i}; }}") for i in range(50)]
        named = [self.sample(f"function h{i}(uint256 n) external {{ left{i} -= n; emit Removed(msg.sender, n, {i}); }}", False) for i in range(50)]
        chosen = select(told + getters + named, frozenset(), Counter(), 1)
        kinds = Counter(row["answer"][9] for row in chosen)
        self.assertEqual(kinds, {"f": 66, "g": 4, "h": 30})

    def test_an_answer_of_a_benchmark_is_left_out(self) -> None:
        row = self.sample("function f(uint256 n) external { total += n; }")
        counts: Counter = Counter()
        value = solidity.body_hash("function f(uint256 m) external", "{ total += m; }")
        self.assertEqual((select([row, {"answer": "x"}], frozenset({value}), counts, 1), counts["in a benchmark"]), ([], 1))
        self.assertEqual(counts["without messages or answer"], 1)


class OtherWords(unittest.TestCase):
    ROW = {"messages": [{"role": "system", "content": "Write one secure Solidity function."},
                        {"role": "user", "content": "contract Vault\nmapping(address => bool) rewardoors;\nevent RewardoorSet(address who);\n\n"
                                                    "/// @notice Sets whether somebody is a rewardoor\nfunction setRewardoor(address who) external"}],
           "think": "State: writes `rewardoors`; emits `RewardoorSet`.",
           "answer": "function setRewardoor(address who) external { rewardoors[who] = true; emit RewardoorSet(msg.sender); }"}

    def test_a_word_becomes_another_wherever_it_stands_and_the_language_stays(self) -> None:
        made = next(made for seed in range(20)
                    if (made := rename.renamed(self.ROW, ["lantern"], [1], random.Random(seed)))["think"] != self.ROW["think"])
        self.assertEqual(made["think"], "State: writes `lanterns`; emits `LanternSet`.")
        self.assertEqual(made["answer"], "function setLantern(address who) external { lanterns[who] = true; emit LanternSet(msg.sender); }")
        self.assertIn("/// @notice Sets whether somebody is a lantern", made["messages"][-1]["content"])
        self.assertEqual(made["messages"][0], self.ROW["messages"][0])

    def test_two_names_never_become_one(self) -> None:
        made = rename.renamed(self.ROW, ["vault", "rewardoor"], [1, 1], random.Random(1))
        self.assertEqual(made["answer"], self.ROW["answer"])


class Outliers(unittest.TestCase):
    def test_clusters_are_found_and_the_unreadable_one_is_dropped(self) -> None:
        towards = F.normalize(torch.randn(6, 16, generator=torch.Generator().manual_seed(1)), dim=1)
        points = F.normalize(towards.repeat_interleave(20, 0) + 0.02 * torch.randn(120, 16, generator=torch.Generator().manual_seed(2)), dim=1)
        nearest = outliers.k_means(points, 6, seed=14)
        self.assertEqual([len(set(nearest[start : start + 20].tolist())) for start in range(0, 120, 20)], [1] * 6)
        letters = "abcdefghijklmnopqrst"
        functions = [{"hash": i, "name": "f", "text": "function pay(uint amount) { total += amount; }"} for i in range(100)]
        functions += [{"hash": 100 + i, "name": "g", "text": f"function zq{c}x(uint k{c}z) {{ w{c}v += k{c}z; }}"} for i, c in enumerate(letters)]
        losses = torch.cat((torch.full((100,), 1.0), torch.full((20,), 3.0)))
        clusters = outliers.judged(functions, losses, nearest)
        self.assertEqual([cluster["dropped"] for cluster in clusters], [True] + [False] * (len(clusters) - 1))
        self.assertEqual(set(clusters[0]["members"]), set(range(100, 120)))
        hard_but_readable = outliers.judged(functions[:100] + functions[:20], losses, nearest)
        self.assertFalse(any(cluster["dropped"] for cluster in hard_but_readable))

    def test_padding_changes_neither_embedding_nor_loss(self) -> None:
        tokenizer = Tokenizer(models.WordLevel({word: index for index, word in enumerate("? a b c d e f g".split())}, unk_token="?"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        torch.manual_seed(1)
        model = Qwen2(Config(vocab_size=8, hidden=16, layers=1, heads=2, kv_heads=1, ffn=16))
        together = outliers.read(model, tokenizer, ["a b c d e f g", "g f a"])
        alone = outliers.read(model, tokenizer, ["g f a"])
        torch.testing.assert_close(together[0][1], alone[0][0], atol=2e-2, rtol=0)
        torch.testing.assert_close(together[1][1], alone[1][0], atol=2e-2, rtol=0)

    def test_no_document_is_made_of_an_outlier(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            (path / "a.sol").write_text(HeldOut.SOURCE.replace("NAME", "Debts"))
            places = ([path], path / "out", path / "h.zst", path / "b.zst")
            corpus.build(*places, known=[], exclude=[], workers=1, seed=1)
            functions = list(corpus.read_jsonl(path / "out" / "contracts.jsonl.zst"))[0]["functions"]
            (path / "outliers.json").write_text(json.dumps({"dropped": [functions[0]["hash"]]}))
            corpus.build(*places, known=[], exclude=[], workers=1, seed=1, outliers=path / "outliers.json")
            counts = json.loads((path / "out" / "counts.json").read_text())
        self.assertEqual((counts["functions that are outliers"], counts["functions train"]), (1, 1))


class Numerics(unittest.TestCase):
    def test_the_losses_of_reasoning_and_code_are_those_of_all_that_is_learned(self) -> None:
        torch.manual_seed(1)
        model = Qwen2(Config(vocab_size=32, hidden=16, layers=1, heads=2, kv_heads=1, ffn=16))
        ids = [3, 4, 5, 6, 7, 8, 9, 10]
        reasoning, code = held_out.apart(model, Example(ids, [False] * 3 + [True] * 5), answer=7)
        self.assertEqual((len(reasoning), len(code)), (2, 3), "6 and 7 are reasoning, what follows is code")
        whole = F.cross_entropy(model.logits(torch.tensor([ids[:-1]]))[0], torch.tensor(ids[1:]), reduction="none")
        torch.testing.assert_close(torch.cat((reasoning, code)), whole[2:])

    def test_code_nearby_votes_by_its_longest_match_and_is_weighed_by_how_often_it_is_right(self) -> None:
        index = nearby.positions([1, 2, 3, 4, 9, 2, 3, 4, 5, 0, 2, 3, 4, 5])
        self.assertEqual(nearby.token(index, [7, 1, 2, 3, 4], 9, 0.1), nearby.Seen(0.1, 1.0, (3, 1)), "one place has all four")
        self.assertEqual(nearby.token(index, [7, 2, 3, 4], 5, 0.1), nearby.Seen(0.1, 2 / 3, (2, 0)), "three places have three")
        self.assertEqual(nearby.token(index, [8], 5, 0.1), nearby.Seen(0.1, 0.0, None))
        right = [nearby.Seen(0.1, 1.0, (3, 1))] * 9 + [nearby.Seen(0.1, 0.0, (3, 1))]
        table = nearby.fit(right)
        self.assertAlmostEqual(table[3, 1], 0.889, places=3, msg="0.9 of the votes are right, and the model is right by itself at times")
        self.assertLess(nearby.loss(right, table), nearby.loss(right, {}))
        self.assertEqual(nearby.outdented("contract C {\n    // why\n    uint x;\n\n        f();\n}"), "contract C {\nuint x;\n    f();\n}\n")

    def test_chunked_cross_entropy_equals_pytorchs(self) -> None:
        torch.manual_seed(1)
        hidden, weight = torch.randn(300, 16, requires_grad=True), torch.randn(50, 16, requires_grad=True)
        targets = torch.randint(0, 50, (300,)).masked_fill(torch.rand(300) < 0.3, -100)
        expected = F.cross_entropy(hidden @ weight.T, targets)
        wanted = torch.autograd.grad(expected, (hidden, weight))
        loss = LinearCrossEntropy.apply(hidden, weight, targets)
        got = torch.autograd.grad(loss, (hidden, weight))
        torch.testing.assert_close(loss, expected)
        for one, other in zip(got, wanted):
            torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4)

    def test_muons_update_has_singular_values_near_one(self) -> None:
        torch.manual_seed(1)
        values = torch.linalg.svdvals(orthogonal(torch.randn(2, 64, 160)).float())
        self.assertGreater(values.min().item(), 0.5)
        self.assertLess(values.max().item(), 1.3)

    def test_k_quants_read_back_with_ggufs_own_reader(self) -> None:
        rows = np.random.default_rng(1).normal(0, 0.05, (8, 512)).astype(np.float32)
        for quantize, kind, limit in ((kquants.quantize_q4_k, "Q4_K", 0.1), (kquants.quantize_q6_k, "Q6_K", 0.03)):
            again = gguf.quants.dequantize(quantize(rows), gguf.GGMLQuantizationType[kind])
            self.assertLess(np.sqrt(np.mean((again - rows) ** 2)) / rows.std(), limit)


if __name__ == "__main__":
    unittest.main()
