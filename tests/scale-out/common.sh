# What the recipes share: the program, a fresh folder, the sweep on one machine, and the comparison with it.
# shellcheck shell=bash
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
here="$root/tests/scale-out"
kafkasim="${KAFKASIM:-$root/target/release/kafkasim}"
scenario=leader-crash seeds=1..400 shards=8

if [ ! -x "$kafkasim" ]; then
    echo "no program at $kafkasim: cargo build --release, or KAFKASIM=path/to/kafkasim" >&2
    exit 2
fi
export PATH="$(dirname "$kafkasim"):$PATH"

work="$root/target/scale-out/$(basename "$0")"
rm -rf "$work"
mkdir -p "$work"
cd "$work"

# Packages of the distribution, unless the programs are there already.
packages() {
    local missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" > /dev/null || missing+=("${pair##*=}")
    done
    [ ${#missing[@]} -eq 0 ] && return
    apt-get install -y --no-install-recommends "${missing[@]}" > apt.log 2>&1 || { tail -5 apt.log >&2; exit 1; }
}

# A Python with these packages, in a folder of its own.
python_with() {
    venv="$root/target/scale-out/python"
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# Merges s*.jsonl, and holds that against the sweep that one process makes.
compare() {
    local code=0 merged=0
    kafkasim sweep "$scenario" --seeds "$seeds" --format jsonl > whole.jsonl || code=$?
    kafkasim merge s*.jsonl --format jsonl > merged.jsonl || merged=$?
    if [ "$code" != "$merged" ] || ! cmp whole.jsonl merged.jsonl; then
        echo "DIFFERENT: exit code $code alone, $merged merged" >&2
        exit 1
    fi
    echo "$1: $(wc -l < merged.jsonl) lines of $shards shards, identical to the byte; exit code $merged"
}
