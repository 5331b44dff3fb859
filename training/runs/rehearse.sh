#!/usr/bin/env bash
# The GPU queue at toy size on a CPU: pack, pretrain, bring back, continue, SFT: bash runs/rehearse.sh [WORK_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
work="${1:-$(mktemp -d)}"
export TOY=1 VOCAB=600 WORK="$work" HASHES="$work/train.hashes.zst" BANDS="$work/train.bands.zst" SAMPLES="$PWD/testdata/samples.jsonl"

bash runs/pack.sh "$work/shards" testdata ../examples
bash runs/h200_pretrain.sh "$work/shards" "$work/run" "$work/out"
bash runs/parts.sh join "$work/out" "$work/back.gguf"
"${PYTHON:-python3}" export.py --restore "$work/back.gguf" --out "$work/restored"
CHECKPOINT="$work/restored/checkpoint.pt" bash runs/h200_pretrain.sh "$work/shards" "$work/run2" "$work/out2"
bash runs/h200_sft.sh "$work/shards" "$work/back.gguf" "$work/run3" "$work/out3"
echo "the GPU queue is rehearsed: $work"
