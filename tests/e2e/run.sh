# A small run from start to end: its files, their columns, what is in them, what is printed.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

MALLOC_ARENA_MAX=1 run 0 run --allocators glibc --rounds 2 --no-figures --out one 'return_pointer/(malloc|pool)/size:64$'
says err 'MALLOC_ARENA_MAX=1'
says err 'the run is in one'
samples='round,rep,scenario,variant,storage,param,value,threads,allocator,iterations,ns_per_op,cpu_ns_per_op,core_ghz,checksum,status,detail,ops_per_s'
summary='scenario,variant,storage,param,value,threads,allocator,samples,ns_median,ns_low,ns_high,ns_min,ratio,ratio_low,ratio_high,verdict,allocs_per_op,frees_per_op,bytes_per_op,usable_bytes_per_op,instructions_per_op,status'
check test "$(head -1 one/samples.csv)" = "$samples"
case $(head -1 one/summary.csv) in
"$summary"*) check true ;;
*) check false ;;
esac
check test "$(head -1 one/machine.csv)" = key,value
for key in cpu.model run.seed run.command run.baseline noise_floor build.compiler allocator.glibc.path run.ended; do
    check grep -q "^$key," one/machine.csv
done
check grep -q '^run.environment_cleared,MALLOC_ARENA_MAX=1' one/machine.csv
check grep -q '^run.ended,rounds' one/machine.csv

# Heap cells have exact counts, cells that call no allocator have none of it and no allocator's name.
check test "$(rows one/summary.csv variant=malloc allocs_per_op=1 frees_per_op=1 bytes_per_op=64 allocator=glibc)" -eq 1
check test "$(rows one/summary.csv scenario=return_pointer variant=pool value=64 allocs_per_op=0 bytes_per_op=0 allocator=glibc)" -le 1
check test "$(rows one/samples.csv variant=malloc value=64 round=1)" -ge 5
check test "$(rows one/samples.csv variant=malloc value=64 round=2)" -ge 5

# Equal work gives equal checksums; the iteration count of a cell is frozen.
check test "$(awk -F, '$4 == "malloc" { print $10 }' one/samples.csv | sort -u | wc -l)" -eq 1
check test "$(awk -F, '$4 == "malloc" { print $14 }' one/samples.csv | sort -u | wc -l)" -eq 1

# The table names the cells and their counts.
says out return_pointer
says out malloc/size:64

# The summary can be made again from the samples, byte for byte.
cp one/summary.csv before.csv
rm one/summary.csv
run 0 summarize one
check cmp before.csv one/summary.csv

# The same seed gives the same work; another seed gives other values.
run 0 run --allocators glibc --rounds 1 --no-figures --seed 7 --out seed7 'return_pointer/malloc/size:64$'
first=$(awk -F, '$4 == "malloc" { print $14 }' one/samples.csv | sort -u)
second=$(awk -F, '$4 == "malloc" { print $14 }' seed7/samples.csv | sort -u)
check test "$first" != "$second"

# A run directory is never written over.
run 1 run --allocators glibc --rounds 1 --no-figures --out one null/empty
says err 'one is not empty'
says err --resume

# A time limit that is given is kept, everything included.
start=$(date +%s)
run 0 run --allocators glibc --budget 6s --no-figures --out timed 'return_pointer/malloc'
check test $(($(date +%s) - start)) -le 8
check grep -q '^run.ended,budget' timed/machine.csv

# One that is over before it begins is said to be, and is no success.
start=$(date +%s)
run 1 run --allocators glibc --budget 1s --out short
check test $(($(date +%s) - start)) -le 4
says err 'the budget of 1 s was over before anything was measured'
check grep -q '^run.ended,budget' short/machine.csv
check test ! -e short/figures

# list shows what there is.
run 0 list
says out 'return_pointer: '
says out 'the process'\''s own'

# Without gnuplot everything but the figures is there, and it is said.
mkdir empty
PATH=$work/empty "$allocost" run --allocators glibc --rounds 1 --out bare null/empty >out 2>err
check test $? -eq 3
says err gnuplot
check test -s bare/summary.csv
check test ! -e bare/figures/ladder.png

# With it, figures are drawn of what was measured.
if command -v gnuplot >/dev/null; then
    run 0 run --allocators glibc --rounds 1 --out drawn 'return_pointer/.*/size:(64|256)'
    check test -s drawn/figures/ladder.svg
    check test -s drawn/figures/ladder.png
    rm -r drawn/figures
    run 0 plot drawn
    check test -s drawn/figures/ladder.svg
fi
finish
