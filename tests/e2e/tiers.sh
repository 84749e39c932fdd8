# Which cells a run measures is what `list` says: by tier and budget, and all of them with --all.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

cells='^return_pointer/malloc(_zeroed)?/'

# tier NAME FIELD : a number of the tier's line in what `list` printed; 3 is cells, 4 processes a round
tier() {
    awk -v name="$1" -v field="$2" '$1 == name && $2 ~ /value/ { print $field }' out
}

run 0 list --allocators glibc "$cells"
says out '--all takes every tier'
says out 'of which'
says out '(1 here)'
key=$(tier key 3)
all=$(tier extended 3)
all_alone=$(tier extended 4)
check test "$key" -gt 0
check test "$key" -le "$(tier default 3)"
check test "$(tier default 3)" -le "$all"
# Every cell is one process under one allocator; under two, those of the heap are two.
check test "$all_alone" -eq "$all"
run 0 list --allocators 'glibc,again=glibc' "$cells"
says out '(2 here)'
check test "$(tier extended 3)" -eq "$all"
check test "$(tier extended 4)" -gt "$all"

# distinct DIRECTORY : how many cells of these have samples
distinct() {
    awk -F, '$3 == "return_pointer" && $4 ~ /^malloc(_zeroed)?$/ { print $4 "/" $7 }' "$1/samples.csv" |
        sort -u | wc -l
}

# With --all and one round, those of the last line; within a budget, those of the tier that the run
# says it chose.
run 0 run --allocators glibc --all --rounds 1 --no-figures --out all "$cells"
check test "$(distinct all)" -eq "$all"
check grep -qx 'run.tier,extended' all/machine.csv
check grep -qx 'run.cells_left_out,0' all/machine.csv
run 0 run --allocators glibc --budget 8s --no-figures --out few "$cells"
run 0 list --allocators glibc "$cells"
check test "$(distinct few)" -eq "$(tier "$(sed -n 's/^run.tier,//p' few/machine.csv)" 3)"
finish
