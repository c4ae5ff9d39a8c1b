# Shared by deploy/setup and deploy/serve: saying what is done, and stopping with one clear line.
# Sourced from the project's folder.

export PATH="$PATH:/usr/sbin:/sbin"  # ldconfig is there
export LC_ALL=C.UTF-8 PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 DEBIAN_FRONTEND=noninteractive

python=.venv/bin/python
state=var/setup
log=$state/last.log
mkdir -p "$state"

say() { printf '%s\n' "$*"; }

fail() {
    printf '✗ %s\n' "$*" >&2
    exit 1
}

# No way out without a word.
trap 'printf "✗ 在这一步停止 / Stopped at: %s\n" "$BASH_COMMAND" >&2' ERR

# step TEXT COMMAND...: say TEXT, run the command silently, stop with its last words if it fails.
step() {
    local text=$1 begun=$SECONDS
    shift
    printf '→ %s' "$text"
    if "$@" >"$log" 2>&1 </dev/null; then
        printf ' (%ds)\n' $((SECONDS - begun))
    else
        printf '\n'
        fail "$text: $(last_words) [$log]"
    fi
}

# The last line of the log that names a fault, else its last line.
last_words() {
    grep -iE 'error|unknown|cannot|could not|unable|缺少|失败|没有' "$log" | tail -n 1 | grep . ||
        grep -v '^[[:space:]]*$' "$log" | tail -n 1
}

# digest PATH...: one hash over the names and contents of these files and folders.
digest() {
    { find "$@" -type f -not -name '*.mo' -not -path '*/__pycache__/*' -print0 2>/dev/null || true; } |
        sort -z | xargs -0 -r sha256sum | sha256sum | cut -d ' ' -f 1
}

# fresh STAMP HASH: is the work already done for exactly this input?
fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
