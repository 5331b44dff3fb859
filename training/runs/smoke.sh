#!/usr/bin/env bash
# Every stage at toy size on a CPU, from our own examples, in under two minutes: bash runs/smoke.sh [WORK_FOLDER]
# SOLWRIGHT names the binary that judges; `solwright` on the path does as well.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
work="${1:-$(mktemp -d)}"
size=(--layers 1 --ffn 256 --context 128 --batch 2 --micro-batch 2 --eval-every 4 --threads 1)

export SOLWRIGHT="${SOLWRIGHT:-$(command -v solwright || true)}"
[ -x "$SOLWRIGHT" ] || { echo "no judge: set SOLWRIGHT to the binary, which \`cargo build -p solwright-cli\` makes" >&2; exit 2; }

"$python" run_tests.py
lists=(--hashes "$work/train.hashes.zst" --bands "$work/train.bands.zst")
"$python" corpus.py build --sources testdata ../examples --out "$work/corpus" --exclude ../tests/generate/tasks "${lists[@]}"
if "$python" corpus.py contamination testdata/Ledger.sol "${lists[@]}" > "$work/contamination.txt"; then exit 1; fi
grep "5 of 5 functions" "$work/contamination.txt"
"$python" corpus.py contamination ../tests/generate/tasks "${lists[@]}"
"$python" tokenizer.py --documents "$work/corpus/documents.jsonl.zst" --out "$work/tokenizer.json" --vocab 600
common=(--tokenizer "$work/tokenizer.json" --documents "$work/corpus/documents.jsonl.zst")
"$python" pretrain.py "${common[@]}" --val "$work/corpus/documents.jsonl.zst" --out "$work/pretrain" --tokens 2048 "${size[@]}"
"$python" pretrain.py --tokenizer "$work/tokenizer.json" --out "$work/pretrain" --tokens 3072 "${size[@]}" | tee "$work/resumed.txt"
grep -q "from step 8" "$work/resumed.txt"
"$python" outliers.py --contracts "$work/corpus/contracts.jsonl.zst" --checkpoint "$work/pretrain/checkpoint.pt" \
    --tokenizer "$work/tokenizer.json" --out "$work/outliers.json" --clusters 4
"$python" corpus.py build --sources testdata ../examples --out "$work/corpus2" --outliers "$work/outliers.json" "${lists[@]}" > /dev/null
"$python" sft.py "${common[@]}" --rename 0.5 --samples testdata/samples.jsonl --checkpoint "$work/pretrain/checkpoint.pt" --out "$work/sft" \
    --tokens 2048 --context 256 --batch 2 --micro-batch 2 --eval-every 4 --threads 1
"$python" export.py --checkpoint "$work/sft/checkpoint.pt" --tokenizer "$work/tokenizer.json" --out "$work/models" --name toy \
    --types f16 q8_0 q4_0 q4_k_m --reference "$work/models/parity.json"
unpacked() { "$python" -c 'import sys, zstandard; sys.stdout.buffer.write(zstandard.open(sys.argv[1]).read())' "$1"; }
unpacked "$work/corpus/files.jsonl.zst" | "$SOLWRIGHT" lab samples --judge > "$work/judged.jsonl"
reinforce=("$python" grpo.py --checkpoint "$work/sft/checkpoint.pt" --tokenizer "$work/tokenizer.json" --out "$work/grpo" --threads 1
    --solwright "$SOLWRIGHT" --group 4 --prompts-per-step 1 --length 16 --prompt-tokens 4000)
"${reinforce[@]}" --samples "$work/judged.jsonl" --prompts 2 --steps 1
"${reinforce[@]}" --steps 2 | tee "$work/reinforced.txt"
grep -q "from step 1" "$work/reinforced.txt"
"${reinforce[@]}" --evaluate 2 | grep '"same_of_all"'
echo "every stage ran: $work"
