#!/usr/bin/env bash
# Pretrains 42 M parameters on one GPU, or continues: bash runs/h200_pretrain.sh SHARDS RUN OUT
# Call it again with the same RUN to go on. OUT gets the model as Q8_0 in parts under 16 MiB; see runs/parts.sh.
# TOY=1 rehearses the same steps on a CPU in seconds.
set -euo pipefail
shards="$(realpath "$1")"
run="$(realpath -m "$2")"
out="$(realpath -m "$3")"
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
minutes="${MINUTES:-8}"
size=(--hidden 512 --layers 12 --heads 8 --kv-heads 4 --ffn 1536)
pace=(--tokens 500000000 --batch 128 --micro-batch 64 --eval-every 200 --checkpoint-seconds 60 --compile)
if [ "${TOY:-}" ]; then
    size=(--layers 1 --ffn 256)
    pace=(--tokens 4096 --batch 2 --micro-batch 2 --eval-every 2 --threads 1)
fi

mkdir -p "$run" "$out"
cp -n "$shards"/pretrain/*.zst "$run"/
from=()
[ "${CHECKPOINT:-}" ] && from=(--checkpoint "$CHECKPOINT")
"$python" pretrain.py --tokenizer "$shards/tokenizer.json" --out "$run" --minutes "$minutes" "${size[@]}" "${pace[@]}" "${from[@]}"
"$python" export.py --checkpoint "$run/checkpoint.pt" --tokenizer "$shards/tokenizer.json" --out "$run/models" --name solwright-42m --types q8_0
bash runs/parts.sh split "$run/models/solwright-42m-q8_0.gguf" "$out"
cp "$run/log.jsonl" "$run/loss.png" "$out"/
