#!/usr/bin/env bash
# Teaches a pretrained model to reason and answer, on one GPU: bash runs/h200_sft.sh SHARDS MODEL.gguf RUN OUT
# MODEL.gguf is what `runs/parts.sh join` made of h200_pretrain.sh's parts. TOY=1 rehearses on a CPU in seconds.
set -euo pipefail
shards="$(realpath "$1")"
model="$(realpath "$2")"
run="$(realpath -m "$3")"
out="$(realpath -m "$4")"
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
pace=(--tokens 60000000 --batch 64 --micro-batch 32 --eval-every 100 --checkpoint-seconds 60 --minutes "${MINUTES:-8}" --compile)
[ "${TOY:-}" ] && pace=(--tokens 4096 --batch 2 --micro-batch 2 --eval-every 1 --threads 1)

mkdir -p "$run" "$out"
cp -n "$shards"/sft/*.zst "$run"/
"$python" export.py --restore "$model" --out "$run/start"
"$python" sft.py --tokenizer "$shards/tokenizer.json" --checkpoint "$run/start/checkpoint.pt" --out "$run" "${pace[@]}"
"$python" export.py --checkpoint "$run/checkpoint.pt" --tokenizer "$shards/tokenizer.json" --out "$run/models" --name solwright-42m --types q8_0
bash runs/parts.sh split "$run/models/solwright-42m-q8_0.gguf" "$out"
cp "$run/log.jsonl" "$run/loss.png" "$out"/
