# What the compilers made of the suite itself, and of a scenario that lies.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

command -v objdump >/dev/null || { echo 'skipped: objdump is not installed'; exit 77; }

run 2 explain retrun_pointer
says err "did you mean 'return_pointer'"
if ! grep -q '^measured.yes' "$BUILD/explain.tsv"; then
    run 1 explain return_pointer
    says err 'its code is not what is measured'
    finish
fi

# place CELL : the file and the line of a cell's row
place() {
    awk -v cell="$1" '$2 == cell { sub(/:/, " ", $1); print $1 }' out
}

run 0 explain '^return_pointer/malloc' '^pass_struct/'
says out 'as measured'
check test "$(grep -c '^return_pointer: ' out)" -eq 1
check grep -q 'malloc_inlinable/size:64  *elided malloc free  *no call; removed malloc free; frame' out
check grep -q ' malloc/size:16\.\.4096  *malloc free  *malloc free; frame [0-9]*  *' out
# shellcheck disable=SC2046 # two words
set -- $(place malloc_inlinable/size:64)
check test "$1" = benches/return_pointer.c
check sh -c "sed -n '${2}p' '$SOURCE/$1' | grep -q run_inlinable"
if grep -q '^built.gcc' "$BUILD/explain.tsv" && [ "$(uname -m)" = x86_64 ]; then
    check grep -q 'val_clean/size:.*rep movs' out # gcc's way for structs of some hundred bytes
fi
if command -v clang >/dev/null && command -v gcc >/dev/null; then
    check grep -q 'where .* gcc [0-9].* clang [0-9]' out
    check test ! -s err
fi
# Colours are for terminals.
check test "$(grep -c "$(printf '\033')" out)" -eq 0

# The other compiler is not there, or fails.
other=clang
grep -q '^built.clang' "$BUILD/explain.tsv" && other=gcc
run 0 explain --$other /nowhere/compiler '^null/'
says out "$other is not installed"
# shellcheck disable=SC2016 # for the script
printf '#!/bin/sh\ncase $1 in -dump*) echo 99.0.0; exit ;; esac\necho told you >&2\nexit 1\n' >compiler
chmod +x compiler
run 1 explain --$other "$work/compiler" '^null/'
says err "$other does not compile null: told you"

if command -v python3 >/dev/null; then
    run 0 explain --json '^null/' '^return_pointer/malloc/size:64$'
    check python3 - <<'end'
import json
document = json.load(open("out"))
assert document["schema"] == 1
cells = {s["name"]: s["cells"] for s in document["scenarios"]}
assert set(cells) == {"null", "return_pointer"}
cell, = cells["return_pointer"]
assert cell["variant"] == "malloc" and cell["value"] == "64" and cell["line"] > 0
for compiler in ("gcc", "clang"):
    if compiler in cell:
        assert cell[compiler]["calls"] == cell[compiler]["declared"] == "malloc free"
        assert cell[compiler]["faults"] == "" and cell[compiler]["frame_bytes"] > 0
end
fi

# A declaration that is wrong is named, by every compiler, and fails.
mkdir lying
cp "$allocost" "$BUILD/tests/lying/bench_lying" lying
allocost=$work/lying/allocost
run 1 explain
says err 'explain.tsv cannot be read'
{ grep -v '^scenario' "$BUILD/explain.tsv"
  printf 'scenario\tlying\t%s\n' "$SOURCE/tests/codegen/lying_scenario.c"; } >lying/explain.tsv
run 1 explain
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    says err "by $compiler, lying/undeclared: run_heap reaches malloc, which is not declared"
    says err "by $compiler, lying/too_many: run_heap does not reach calloc, which is declared"
done
says err 'a declaration is wrong'
says out 'lying: '
run 0 explain lying/true_
echo 'nonsense' >>lying/explain.tsv
run 1 explain
says err 'a line that is not understood'
finish
