# What the end-to-end scripts share. Needs BUILD and SOURCE in the environment.
# shellcheck shell=sh
set -u
unset LD_PRELOAD MAKEFLAGS MAKELEVEL 2>/dev/null || true

allocost=$BUILD/allocost
# shellcheck disable=SC2034 # the scripts use it
fixtures=$BUILD/tests
work=$(mktemp -d "${TMPDIR:-/tmp}/allocost-e2e.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0
failed=0

# programs SCENARIO... : from here on an allocost beside which there are only these and `null`. Every command
# asks each program for its cells, and each run adds controls of them.
programs() {
    mkdir -p "$work/beside"
    for file in allocost liballocost_count.so liballocost_record.so bench_null $(printf 'bench_%s ' "$@"); do
        ln -f "$BUILD/$file" "$work/beside/" 2>/dev/null || cp "$BUILD/$file" "$work/beside/"
    done
    allocost=$work/beside/allocost
}

# check WORDS... : the command of the words must succeed
check() {
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $*" >&2
    fi
}

# run CODE ARGUMENTS... : allocost with the arguments ends with the code; output in out, talk in err
run() {
    code=$1
    shift
    "$allocost" "$@" >out 2>err
    got=$?
    if [ "$got" -eq "$code" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: allocost $* ended with $got, not $code; it said:" >&2
        tail -5 err >&2
    fi
}

# quietly WORDS... : the command of the words; output in out, talk in err
quietly() {
    "$@" >out 2>err
}

# says FILE TEXT : the file has the text, literally
says() {
    if grep -qF -- "$2" "$1"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $1 does not say '$2'; it says:" >&2
        head -5 "$1" >&2
    fi
}

# column NAME FILE : the values of a column of a CSV without quoted commas, a line each
column() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
        { print $at }' "$2"
}

# rows FILE NAME=VALUE... : how many rows of such a CSV have these values
rows() {
    file=$1
    shift
    awk -F, -v want="$*" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
            n = split(want, pairs, " "); next }
        { hit = 1
          for (i = 1; i <= n; i++) { split(pairs[i], p, "="); if ($at[p[1]] != p[2]) hit = 0 }
          total += hit }
        END { print total + 0 }' "$file"
}

# torn FILE : how many lines of a CSV have not as many fields as its first; quoted ones may hold commas
torn() {
    awk -F, '{ gsub(/"[^"]*"/, "") } NR == 1 { n = NF } NF != n { torn++ } END { print torn + 0 }' "$1"
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit $?
}
