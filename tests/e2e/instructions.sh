# Instructions an operation: a loop of a known number gives that number, each time; and what is said
# when there is no valgrind, when it breaks, and when it cannot run an allocator.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

mkdir programs empty broken
cp "$BUILD/allocost" "$BUILD/liballocost_count.so" "$fixtures/counted/bench_counted" programs
allocost=programs/allocost

# Without valgrind: said, with the remedy; the run goes on, and is not complete.
PATH=$work/empty "$allocost" run --allocators glibc --rounds 1 --no-figures --instructions --out bare ten >out 2>err
check test $? -eq 3
says err 'there is no valgrind in PATH; install it (make deps does)'
check grep -q '^instructions.valgrind.why,not in PATH' bare/machine.csv
check test "$(rows bare/summary.csv variant=ten samples=1)" -eq 1
if grep -q '^instructions.perf,$' bare/machine.csv; then
    says err '1 cells times allocators have no instructions'
    check test "$(rows bare/summary.csv variant=ten instructions_per_op=)" -eq 1
    check grep -q '^instructions.perf.why,"*perf_event_open: ' bare/machine.csv
else
    check test "$(column instructions_per_op bare/summary.csv | cut -c 1-3)" = 10
fi

# Not asked for: no file, and nobody looks for valgrind.
PATH=$work/empty "$allocost" run --allocators glibc --rounds 1 --no-figures --out none ten >out 2>err
check test $? -eq 0
check test ! -e none/instructions.csv
check grep -q '^instructions.valgrind.why,not asked for' none/machine.csv

# A valgrind that breaks: each cell has the reason, and the run is whole otherwise.
printf '#!/bin/sh\necho broken pipe organ >&2\nexit 9\n' >broken/valgrind
chmod +x broken/valgrind
PATH=$work/broken:/usr/bin:/bin
command -v valgrind.bin >/dev/null && ln -s "$work/broken/valgrind" broken/valgrind.bin
run 3 run --allocators glibc --rounds 1 --no-figures --instructions --out organ ten
says err 'no instructions of glibc: it does not run under valgrind: exit code 9: broken pipe organ'
check grep -q 'exit code 9: broken pipe organ' organ/instructions.csv
check test "$(rows organ/summary.csv variant=ten samples=1 instructions_per_op=)" -eq 1
PATH=/usr/bin:/bin
command -v valgrind >/dev/null || finish

# Ten and twenty, to the last one, and the same again; what never does the same has no number.
run 3 run --allocators glibc --rounds 1 --no-figures --instructions --out one
says err 'counting instructions: '
says err 'no instructions of counted/changing under glibc by valgrind: not the same number twice: '
for number in ten:10 twenty:20; do
    check test "$(rows one/summary.csv "variant=${number%:*}" "instructions_per_op=${number#*:}")" -eq 1
done
check test "$(rows one/summary.csv variant=changing instructions_per_op=)" -eq 1
check test "$(rows one/summary.csv variant=changing samples=1)" -eq 1
check test "$(rows one/instructions.csv source=valgrind status=ok iterations=65536)" -eq 2
check test "$(torn one/instructions.csv)" -eq 0
says out instr/op
run 0 run --allocators glibc --rounds 1 --no-figures --instructions --out two 'ten|twenty'
grep -E ',(ten|twenty),.*,valgrind,' one/instructions.csv >first
grep ,valgrind, two/instructions.csv >second
check cmp first second
check test "$(wc -l <second)" -eq 2

# A run that goes on counts what it has not, and nothing twice; summarize finds the same again.
cp two/instructions.csv before
run 0 run --resume two --rounds 1 --no-figures --instructions 'ten|twenty'
check cmp before two/instructions.csv
cp two/summary.csv before
run 0 summarize two
check cmp before two/summary.csv
printf 'counted,ten,inl' >>two/instructions.csv
run 3 run --resume two --rounds 1 --no-figures --instructions
check test "$(torn two/instructions.csv)" -eq 0
check test "$(rows two/instructions.csv source=valgrind variant=ten)" -eq 1
check test "$(rows two/instructions.csv source=valgrind variant=changing status=failed)" -eq 1

# The loop without anything, of the project itself.
programs floor return_pointer
run 0 run --allocators glibc --rounds 1 --no-figures --instructions --out null null/empty
check test "$(rows null/summary.csv scenario=null instructions_per_op=)" -eq 0
each=$(awk -F, '$1 == "null" { print $21 }' null/summary.csv)
check test "$each" -ge 2
check test "$each" -le 8

# A cell that failed is not counted; the others of the same allocator are.
run 3 run --allocators "glibc,bad=$fixtures/crash_at_256.so" --rounds 1 --no-figures --instructions --out crash \
    'return_pointer/malloc/size:(64|256)$'
check test "$(rows crash/instructions.csv allocator=bad variant=malloc value=64 status=ok)" -eq 1
check test "$(rows crash/instructions.csv allocator=bad variant=malloc value=256)" -eq 0
check test "$(rows crash/instructions.csv allocator=glibc variant=malloc value=256 status=ok)" -eq 1
finish
