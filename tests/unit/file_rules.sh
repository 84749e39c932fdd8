# Every file's name is unique in the tree, and no source is too long.
# usage: file_rules.sh ROOT
# shellcheck shell=sh
set -u
work=$(mktemp -d "${TMPDIR:-/tmp}/allocost-files.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
lines_most=500

# files DIRECTORY : the sources of the tree, a line each; neither builds nor runs
files() {
    (cd "$1" && find . -maxdepth 1 -type f && find benches cmake harness plots tests tools -type f)
}

# Names that are in more than one directory. CMake and forges ask for two of them.
repeated() {
    files "$1" | sed 's,.*/,,' | sort | uniq -d | grep -vxE 'CMakeLists\.txt|README\.md'
}

# Sources with too many lines. One is longer by design: one C++ file is all that knows the library.
too_long() {
    files "$1" | grep -E '\.(c|h|cc|sh|gp|awk|cmake)$' | grep -v '/gbench\.cc$' |
        while IFS= read -r file; do
            lines=$(wc -l <"$1/$file")
            [ "$lines" -le $lines_most ] || echo "$file has $lines lines, more than $lines_most"
        done
}

failed=0

# A tree with one violation of each.
for directory in benches cmake harness/data plots tests tools; do
    mkdir -p "$work/$directory"
done
touch "$work/harness/one.c" "$work/benches/two.c" "$work/tests/README.md" "$work/README.md"
[ -z "$(repeated "$work")" ] || failed=1
touch "$work/harness/data/two.c"
[ "$(repeated "$work")" = two.c ] || failed=1
seq $lines_most >"$work/harness/one.c"
[ -z "$(too_long "$work")" ] || failed=1
seq $((lines_most + 1)) >"$work/plots/three.gp"
[ "$(too_long "$work")" = "plots/three.gp has 501 lines, more than 500" ] || failed=1
[ $failed -eq 0 ] || echo "a planted violation was not found"

names=$(repeated "$1")
long=$(too_long "$1")
if [ -n "$names" ]; then
    failed=1
    echo "in more than one directory: $names"
fi
if [ -n "$long" ]; then
    failed=1
    echo "$long"
fi
[ "$(files "$1" | wc -l)" -gt 10 ] || failed=1
exit $failed
