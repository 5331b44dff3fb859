#!/usr/bin/env bash
# Entry 4 of training/GPU_QUEUE.md: the pass for GPUs against the one for CPUs, then speed against what the memory allows.
#
#   bash benches/gpu.sh OUT                                        on the machine with the GPU
#   FEATURES= SHAPES=bundled ROUNDS=1 bash benches/gpu.sh OUT      the rehearsal, on a CPU
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?name the folder for the results}
features=${FEATURES-cuda}
mkdir -p "$out"

nvidia-smi --query-gpu=name,memory.total,clocks.max.memory --format=csv > "$out/gpu.csv" 2>&1 || echo "no GPU" > "$out/gpu.csv"
cargo build --package solwright-cli ${features:+--features "$features"}
solwright=${CARGO_TARGET_DIR:-${SOLWRIGHT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/solwright}/target}/debug/solwright
cargo test --package solwright-model ${features:+--features "$features"} parity 2>&1 | tee "$out/parity.txt"
"$solwright" model info > "$out/device.txt"
# Batches of 8 and less are on the fast kernels; a token costs at least the time in which the weights are read.
"$solwright" bench engine --shapes "${SHAPES:-bundled,0.5b,1.5b}" --threads 1 --rounds "${ROUNDS:-3}" --format json > "$out/engine.json"
"$solwright" generate examples/RoleToken.sol --function approve --seed 1 --greedy > "$out/text.txt" || true
ls -l "$out"
