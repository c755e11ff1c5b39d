#!/bin/sh
# Makes .venv from uv.lock on a machine that has nothing but Python 3.11 or newer. Prints what it does, and what is missing.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\033[1m[strazha]\033[0m %s\n' "$*" >&2; }

find_python() {
    for name in ${STRAZHA_PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

stamp=".venv/.made-from"
extras="${EXTRAS:-}"
want="$(cat uv.lock pyproject.toml | cksum) $extras"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
    exit 0
fi

if ! python="$(find_python)"; then
    say "Python 3.11, 3.12 or 3.13 is missing. On Debian and Ubuntu: apt-get install python3 python3-venv"
    say "If it has another name, say it: make demo STRAZHA_PYTHON=/path/to/python3.11"
    exit 2
fi

if command -v uv >/dev/null 2>&1; then
    uv=uv
elif [ -x .uv/bin/uv ]; then
    uv=.uv/bin/uv
else
    say "uv is not here: getting it from the package index into .uv/"
    if ! "$python" -m venv .uv; then
        say "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"
        exit 2
    fi
    .uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8'
    uv=.uv/bin/uv
fi

say "making .venv from uv.lock with $("$python" --version) (some 150 packages, once)"
set --
for extra in $extras; do set -- "$@" --extra "$extra"; done
# Compiled once here: every command and child process starts a second or two sooner.
UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never "$uv" sync --locked --python "$python" "$@"
printf '%s' "$want" >"$stamp"
say ".venv is ready"
