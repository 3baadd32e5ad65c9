# Sourced by deploy/demo and tests/run: make the project's own Python environment from pinned, hashed packages.
# Usage: make_environment <folder> <requirements file>...

find_python() {
    local candidate
    for candidate in "${MARKE_PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    echo "Marke needs Python 3.11 or newer, and found none. On Debian 12 or newer: apt install python3 python3-venv" >&2
    return 1
}

make_environment() {
    local folder=$1 python stamp
    shift
    python=$(find_python) || return 1
    stamp=$(cat "$@" "$MARKE_ROOT/pyproject.toml" | sha256sum | cut -d' ' -f1)
    if [ "$(cat "$folder/.stamp" 2>/dev/null)" = "$stamp" ]; then
        return 0
    fi
    echo "Preparing the environment in ${folder#"$MARKE_ROOT"/} (once)..." >&2
    if ! "$python" -m venv "$folder" >/dev/null 2>&1; then
        echo "Python cannot make an environment here. On Debian: apt install python3-venv; then try again." >&2
        return 1
    fi
    local list options=()
    for list in "$@"; do options+=(-r "$list"); done
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: "${options[@]}" || return 1
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e "$MARKE_ROOT" || return 1
    echo "$stamp" >"$folder/.stamp"
}
