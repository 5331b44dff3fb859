"""What the training stages promise, on the fixtures of `testdata/`: `python -m unittest tests`."""

import json
import tempfile
import unittest
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F

import corpus
import documents
import kquants
import solidity
from near_duplicates import NearDuplicates, signature_of
from optim import orthogonal
from packing import Example, Packed, pack
from qwen2 import LinearCrossEntropy

TESTDATA = Path(__file__).parent / "testdata"


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
            corpus.build([TESTDATA], out, out / "hashes.zst", workers=1, seed=1)
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
        record = corpus.contract_record("Ledger.sol", "Ledger", source[start:end], "MIT", "^0.8.20")
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


class Numerics(unittest.TestCase):
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
