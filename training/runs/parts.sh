#!/usr/bin/env bash
# A model in parts under 16 MiB, and back: bash runs/parts.sh split FILE FOLDER | join FOLDER FILE
set -euo pipefail
case "$1" in
split)
    split -b 15m -d "$2" "$3/model.part"
    (cd "$(dirname "$2")" && sha256sum "$(basename "$2")") > "$3/model.sha256"
    ls -l "$3"
    ;;
join)
    cat "$2"/model.part* > "$3"
    [ "$(cut -d' ' -f1 "$2/model.sha256")" = "$(sha256sum "$3" | cut -d' ' -f1)" ] || { echo "$3 differs from what was split" >&2; exit 1; }
    ;;
*)
    echo "usage: parts.sh split FILE FOLDER | join FOLDER FILE" >&2
    exit 2
    ;;
esac
