#!/usr/bin/env bash
# The kernels for aarch64, proved on another processor: Debian's testing in a folder, with its Rust for both processors, a cross compiler
# and QEMU. Runs the tests of `crates/model` under emulation, which knows the dot product. Needs root and `debootstrap`, about 3 GB and a
# quarter of an hour; a second run only compiles what changed.
#
#   bash benches/neon.sh FOLDER [FILTER…]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?name a folder for the other system}
shift
filters=("${@:-cpu::}")
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
target=aarch64-unknown-linux-gnu

if [ ! -e "$folder/etc/debian_version" ]; then
    debootstrap --variant=minbase --include=ca-certificates,cargo,gcc,g++,rustc forky "$folder" "$mirror" /usr/share/debootstrap/scripts/sid
fi
if [ ! -e "$folder/ready" ]; then
    chroot "$folder" dpkg --add-architecture arm64
    # A mirror may be older than its list says it may be.
    chroot "$folder" apt-get update --quiet -o Acquire::Check-Valid-Until=false
    chroot "$folder" apt-get install --quiet --yes --no-install-recommends \
        libstd-rust-dev:arm64 gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev:arm64 qemu-user
    touch "$folder/ready"
fi

# The sources of the crates are those of the lock file; nothing is fetched in there.
cargo fetch --locked
registry=${CARGO_HOME:-$HOME/.cargo}/registry
mkdir -p "$folder/work" "$folder/root/.cargo/registry"
mounted=()
release() { for at in "${mounted[@]}"; do umount "$folder/$at"; done; }
trap release EXIT
mount --bind "$PWD" "$folder/work" && mounted+=(work)
mount --bind "$registry" "$folder/root/.cargo/registry" && mounted+=(root/.cargo/registry)

for filter in "${filters[@]}"; do
    chroot "$folder" env HOME=/root CARGO_TARGET_DIR=/root/target CARGO_NET_OFFLINE=true RUSTC_BOOTSTRAP=0 \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -cpu max" \
        cargo --config 'build.rustc-wrapper=""' test --manifest-path /work/Cargo.toml --package solwright-model --lib --target "$target" "$filter"
done
