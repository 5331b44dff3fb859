#!/usr/bin/env bash
# Entry 4 of training/GPU_QUEUE.md: the pass for GPUs against the one for CPUs, then speed against what the memory allows.
#
#   bash benches/gpu.sh OUT                                        on the machine with the GPU, with `solwright-cuda` in OUT or on the PATH
#   SOLWRIGHT=target/debug/solwright SHAPES=bundled ROUNDS=1 bash benches/gpu.sh OUT      the rehearsal, on a CPU
#
# `cargo xtask cuda` builds the program where there is no GPU; what it links to is in pip's packages of CUDA 13, beside PyTorch's.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?name the folder for the results}
shapes=${SHAPES:-bundled,0.5b,1.5b,7b}
mkdir -p "$out"

if [ -z "${SOLWRIGHT:-}" ]; then
    SOLWRIGHT=$(command -v "$out/solwright-cuda" solwright-cuda | head -1)
    libraries=$(python3 -c 'import glob, os, sysconfig; print(":".join(glob.glob(os.path.join(sysconfig.get_path("purelib"), "nvidia", "cu13", "lib"))))')
    export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi
nvidia-smi --query-gpu=name,memory.total,clocks.max.memory --format=csv > "$out/gpu.csv" 2>&1 || echo "no GPU" > "$out/gpu.csv"
# What a copy within the device moves, both ways counted: no token can be decoded in less than the time to read all weights.
python3 - > "$out/bandwidth.txt" 2>&1 <<'PYTHON' || echo 0 > "$out/bandwidth.txt"
import torch
a = torch.empty(1 << 30, dtype=torch.uint8, device="cuda")
b = torch.empty_like(a)
times = []
for _ in range(20):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    b.copy_(a)
    end.record()
    end.synchronize()
    times.append(start.elapsed_time(end) / 1e3)
print(f"{2 * a.numel() / min(times) / 1e9:.0f}")
PYTHON
bandwidth=$(grep -Ex '[0-9]+' "$out/bandwidth.txt" || echo 0)

"$SOLWRIGHT" model info | tee "$out/device.txt"
# Prompts, and eight rows at once: batches of that size are on the fast kernels.
"$SOLWRIGHT" bench engine --agree --shapes "$shapes" --quantizations "${QUANTIZATIONS:-q8_0,q4_0,q4_k_m}" | tee "$out/agree.md"
flags=(--shapes "$shapes" --quantizations "${QUANTIZATIONS:-q8_0,q4_0,q4_k_m}" --threads 1 --rounds "${ROUNDS:-3}")
[ "$bandwidth" = 0 ] || flags+=(--bandwidth "$bandwidth")
"$SOLWRIGHT" bench engine "${flags[@]}" | tee "$out/engine.md"
"$SOLWRIGHT" generate examples/RoleToken.sol --function approve --seed 1 --greedy > "$out/text.txt" || true
ls -l "$out"
