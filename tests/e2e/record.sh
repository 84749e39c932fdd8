# Programs recorded: all that their threads ask for, exactly; and what is recorded done again.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
program=$fixtures/recorded

# calls FILE : calls, blocks, threads and blocks left, as the recorder told of that file
calls() {
    awk -v file="$1:" '$1 == file && /calls/ { calls = $2; blocks = $4; threads = $6 }
        $1 == file && /left/ { left = $2 } END { print calls, blocks, threads, left }' err
}

run 0 record -o base -- "$program" 0
# shellcheck disable=SC2046 # words
set -- $(calls base)
base_calls=$1 base_blocks=$2 base_left=$4
run 0 record -o many -- "$program" 500
# shellcheck disable=SC2046 # words
set -- $(calls many)
# A round of a thread: 3 calls for the one block and 2 for the other. All else: 6 blocks got and freed,
# one more resized; and whether realloc to 0 bytes is answered with a block is the allocator's affair.
check test $(($1 - base_calls)) -eq $((4 * 500 * 5 + 500 * 13))
check test $(($2 - base_blocks)) -eq $((4 * 500 * 2 + 500 * 6))
check test "$3" -eq 5
check test "$4" -eq "$base_left"

# What the program says and returns is its own; what becomes another program is recorded anew.
run 3 record --output=three -- "$program" 0 nothing more
run 5 record -o five -- "$program" 10 exit
check test "$(calls five | cut -d' ' -f1)" -eq $((base_calls + 10 * 33))
run 0 record -o exec -- sh -c "exec '$program' 0"
check test "$(calls exec)" = "$base_calls $base_blocks 1 $base_left"
run 0 record -o sh -- sh -c 'echo said'
check test "$(cat out)" = said

# A child goes on without.
run 0 record -o child -- "$program" 0 child
check test "$(calls child | cut -d' ' -f1-2)" = "$base_calls $base_blocks"
says err 'child: 1 child processes were not recorded'

# Crashed: the beginning is there, is called what it is, and is not measured.
run 139 record -o crashed -- "$program" 20000 crash
says err 'crashed: truncated at byte '
says err 'the end is missing behind '
check test "$(calls crashed | cut -d' ' -f1)" -gt 100000
run 1 run --trace crashed --allocators glibc --rounds 1 --out none given
says err 'crashed: truncated at byte '

# No file where there is nothing.
run 1 record -o none -- ./not_there
says err 'cannot start ./not_there'
mkdir directory
run 1 record -o directory -- true
says err 'no regular file'
run 1 record -o directory/below/it -- true
run 2 record
says err 'name a program'
run 2 record -o
run 2 record --ouput x -- true
says err 'did you mean --output'
run 0 record --help
says out 'allocost record'
if echo 'int main(void) { return 0; }' >static.c && ${CC:-cc} -static static.c -o static 2>/dev/null; then
    run 1 record -o none -- ./static
    says err 'linked statically'
fi
check test -z "$(find . -name 'none*' -o -name '*.new-*')"

# Done again: as many calls as were recorded, and the facts of the trace.
run 0 run --trace many --allocators glibc --rounds 1 --no-figures --out again 'given'
check test "$(rows again/counts.csv variant=given status=ok)" -eq 1
check test "$(rows again/summary.csv variant=given "allocs_per_op=$2" "frees_per_op=$2")" -eq 1
check test "$(rows again/summary.csv variant=given_null allocs_per_op=0)" -eq 1
check grep -qx "run.trace_calls,$1" again/machine.csv
check grep -qx "run.trace,$(pwd -P)/many" again/machine.csv
check grep -qx "run.trace_threads,5" again/machine.csv
# Going on takes the same trace, and no other.
run 0 run --resume again --rounds 1 --no-figures 'given'
cp base many
run 1 run --resume again --rounds 1 --no-figures 'given'
says err 'run.trace_checksum'

# Whatever is no trace: the file and the byte, exit 1, and nothing written.
run 2 run --allocators glibc --rounds 1 --out none 'given'
says err '--trace FILE'
run 1 run --trace not_there --allocators glibc --rounds 1 --out none given
says err 'not_there: No such file'
run 1 run --trace "$0" --allocators glibc --rounds 1 --out none given
says err 'no trace of allocost'
half=$(($(wc -c <base) / 2))
{ head -c "$half" base && printf '\377' && tail -c +$((half + 2)) base; } >flipped
run 1 run --trace flipped --allocators glibc --rounds 1 --out none given
check grep -qE 'flipped: (corrupt|truncated) at byte [0-9]+: ' err
check test -z "$(find . -name 'none*')"
finish
