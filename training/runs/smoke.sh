#!/usr/bin/env bash
# Every stage at toy size on a CPU, from our own examples, in under two minutes: bash runs/smoke.sh [WORK_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
work="${1:-$(mktemp -d)}"
size=(--layers 1 --ffn 256 --context 128 --batch 2 --micro-batch 2 --eval-every 4 --threads 1)

"$python" -m unittest -q tests
"$python" corpus.py build --sources testdata ../examples --out "$work/corpus" --hashes "$work/train.hashes.zst"
"$python" corpus.py contamination testdata/Ledger.sol --hashes "$work/train.hashes.zst" | tee "$work/contamination.txt"
grep -q "5 of 5 functions" "$work/contamination.txt"
"$python" tokenizer.py --documents "$work/corpus/documents.jsonl.zst" --out "$work/tokenizer.json" --vocab 600
common=(--tokenizer "$work/tokenizer.json" --documents "$work/corpus/documents.jsonl.zst")
"$python" pretrain.py "${common[@]}" --val "$work/corpus/documents.jsonl.zst" --out "$work/pretrain" --tokens 2048 "${size[@]}"
"$python" pretrain.py --tokenizer "$work/tokenizer.json" --out "$work/pretrain" --tokens 3072 "${size[@]}" | tee "$work/resumed.txt"
grep -q "from step 8" "$work/resumed.txt"
"$python" sft.py "${common[@]}" --samples testdata/samples.jsonl --checkpoint "$work/pretrain/checkpoint.pt" --out "$work/sft" \
    --tokens 2048 --context 256 --batch 2 --micro-batch 2 --eval-every 4 --threads 1
"$python" export.py --checkpoint "$work/sft/checkpoint.pt" --tokenizer "$work/tokenizer.json" --out "$work/models" --name toy \
    --types f16 q8_0 q4_0 q4_k_m --reference "$work/models/parity.json"
echo "every stage ran: $work"
