#!/usr/bin/env bash
# A model like the bundled one from random weights, on two CPU cores: bash runs/cpu.sh WORK_FOLDER SOURCES…
# SOURCES are folders of .sol files; EXCLUDE names benchmarks to keep out of training; needs `solwright` on the path for stage 4.
set -euo pipefail
work="$(realpath -m "$1")"
shift
mapfile -t sources < <(realpath "$@")
exclude=()
[ "${EXCLUDE:-}" ] && mapfile -t exclude < <(realpath $EXCLUDE)
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
# Passive waiting: beside a compiler, spinning at OpenMP barriers wastes two thirds of the time.
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0

[ -e "$work/corpus/counts.json" ] || "$python" corpus.py build --sources "${sources[@]}" --exclude "${exclude[@]}" --out "$work/corpus"
[ -e "$work/tokenizer.json" ] || "$python" tokenizer.py --documents "$work/corpus/documents.jsonl.zst" --out "$work/tokenizer.json"
nice -n 19 "$python" pretrain.py --tokenizer "$work/tokenizer.json" --documents "$work/corpus/documents.jsonl.zst" \
    --val "$work/corpus/documents.val.jsonl.zst" --out "$work/pretrain" --tokens 12000000 --minutes "${PRETRAIN_MINUTES:-67}" --compile
[ -e "$work/samples.jsonl" ] || zstd -dc "$work/corpus/files.jsonl.zst" | solwright lab samples > "$work/samples.jsonl"
nice -n 19 "$python" sft.py --tokenizer "$work/tokenizer.json" --documents "$work/corpus/documents.jsonl.zst" \
    --samples "$work/samples.jsonl" --exclude "${exclude[@]}" --checkpoint "$work/pretrain/checkpoint.pt" --out "$work/sft" --minutes "${SFT_MINUTES:-25}" --compile
"$python" export.py --checkpoint "$work/sft/checkpoint.pt" --tokenizer "$work/tokenizer.json" --out "$work/models" \
    --name solwright-5m --types f16 q8_0 q4_k_m --reference ../models/parity.json
cp "$work/models/solwright-5m-q8_0.gguf" ../models/
cp "$work/pretrain/loss.png" ../models/loss-pretrain.png
cp "$work/sft/loss.png" ../models/loss-sft.png
