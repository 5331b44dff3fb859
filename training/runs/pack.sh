#!/usr/bin/env bash
# Everything a GPU machine without network needs, in one folder under 64 MiB: bash runs/pack.sh SHARDS SOURCES…
# EXCLUDE names benchmarks, by whole paths, to keep out of training. Leaves tokenizer.json, pretrain/{train,val}.zst and, when SAMPLES names a JSONL file, sft/{train,val}.zst in SHARDS.
set -euo pipefail
shards="$(realpath -m "$1")"
shift
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
work="${WORK:-$(mktemp -d)}"
vocab="${VOCAB:-8192}"

"$python" corpus.py build --sources "$@" --out "$work/corpus" --hashes "${HASHES:-corpus/train.hashes.zst}" --bands "${BANDS:-corpus/train.bands.zst}" ${EXCLUDE:+--exclude $EXCLUDE}
"$python" tokenizer.py --documents "$work/corpus/documents.jsonl.zst" --out "$shards/tokenizer.json" --vocab "$vocab"
[ "${TOY:-}" ] && cp "$work/corpus/documents.jsonl.zst" "$work/corpus/documents.val.jsonl.zst"
"$python" pretrain.py --tokenizer "$shards/tokenizer.json" --documents "$work/corpus/documents.jsonl.zst" \
    --val "$work/corpus/documents.val.jsonl.zst" --out "$shards/pretrain" --pack-only
if [ "${SAMPLES:-}" ]; then
    "$python" sft.py --tokenizer "$shards/tokenizer.json" --documents "$work/corpus/documents.jsonl.zst" --samples "$SAMPLES" \
        ${EXCLUDE:+--exclude $EXCLUDE} \
        --rename 0.5 --out "$shards/sft" --pack-only
fi
size=$(du -sm "$shards" | cut -f1)
echo "$shards: $size MiB"
[ "$size" -lt 64 ] || { echo "more than 64 MiB: leave out sources or pass fewer documents" >&2; exit 1; }
