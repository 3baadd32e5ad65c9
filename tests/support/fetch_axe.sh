#!/bin/sh
# Fetches axe-core for the browser tests (it is not part of the project). Usage: tests/support/fetch_axe.sh [target]
set -eu
target="${1:-${MARKE_AXE:-.venv/axe/axe.min.js}}"
[ -s "$target" ] && exit 0
command -v npm >/dev/null || { echo "The accessibility checks need npm. Install it with: apt install npm" >&2; exit 1; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
npm pack --silent --ignore-scripts --pack-destination "$folder" "axe-core@4.14.1" >/dev/null
tar -xzf "$folder"/axe-core-*.tgz -C "$folder" package/axe.min.js package/LICENSE
mkdir -p "$(dirname "$target")"
cp "$folder/package/LICENSE" "$(dirname "$target")/LICENSE"
mv "$folder/package/axe.min.js" "$target"
