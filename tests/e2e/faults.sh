# An allocator that crashes, hangs, breaks its promises, or is not the one it says: its cells fail alone, and
# the run goes on.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

cells='return_pointer/malloc/size:(64|256)$'

# Dies when it is loaded: every cell of it failed, the others are whole.
run 3 run --allocators "glibc,bad=$fixtures/crash_at_start.so" --rounds 1 --no-figures --out start "$cells"
says err 'bad cannot be measured: killed by signal 11'
check test "$(rows start/summary.csv allocator=bad status=failed)" -eq 2
check test "$(rows start/summary.csv allocator=glibc variant=malloc status=failed)" -eq 0
check test "$(rows start/summary.csv allocator=glibc variant=malloc)" -eq 2
says out 'killed by signal 11'

# Dies in one cell: that cell fails, the other is measured.
run 3 run --allocators "glibc,bad=$fixtures/crash_at_256.so" --rounds 2 --no-figures --out one "$cells"
check test "$(rows one/summary.csv allocator=bad value=256 status=failed)" -eq 1
check test "$(rows one/summary.csv allocator=bad value=64 status=failed)" -eq 0
check test -n "$(awk -F, '$7 == "bad" && $5 == 64 { print $9 }' one/summary.csv)"
check grep -q 'killed by signal 11' one/samples.csv

# Never answers: it is given up after its time, once.
run 3 run --allocators "glibc,bad=$fixtures/hang_at_256.so" --rounds 2 --no-figures --out hang "$cells"
check test "$(rows hang/summary.csv allocator=bad value=256 status=failed)" -eq 1
check test "$(rows hang/samples.csv allocator=bad value=256 status=failed)" -eq 1
check grep -q 'no answer within' hang/samples.csv
check test "$(rows hang/summary.csv allocator=bad value=64 status=failed)" -eq 0

# Tens of thousands of times slower than the baseline: counted and measured like any, in fewer iterations,
# and gone on with in the same.
iterations() {
    awk -F, -v allocator="$1" '$4 == "malloc" && $9 == allocator { print $10 }' slow/samples.csv | sort -u
}
run 0 run --allocators "glibc,slow=$fixtures/slow_200us.so" --rounds 1 --no-figures --out slow 'malloc/size:64$'
check test "$(rows slow/counts.csv allocator=slow variant=malloc status=ok)" -eq 1
check test "$(iterations glibc)" -gt $((100 * $(iterations slow)))
check test "$(awk -F, '$7 == "slow" && $2 == "malloc" { print ($9 > 100000) }' slow/summary.csv)" -eq 1
before="$(iterations glibc) $(iterations slow)"
run 0 run --resume slow --rounds 1 --no-figures 'malloc/size:64$'
check test "$(iterations glibc) $(iterations slow)" = "$before"

# Breaks a promise of malloc: that is found out before anything is measured, and said.
list=glibc
for fault in returns_null misaligned overlapping not_zero forgetful runs_out; do
    list=$list,$fault=$fixtures/$fault.so
done
run 3 run --allocators "$list" --rounds 1 --no-figures --out promises "$cells"
says err 'returns_null cannot be measured: malloc of 256 bytes returned NULL'
says err 'misaligned cannot be measured: malloc of 256 bytes returned a block that is not aligned to 16'
says err 'overlapping cannot be measured: two blocks of 256 bytes from malloc overlap'
says err 'not_zero cannot be measured: calloc of 256 bytes returned a block that is not zero'
says err 'forgetful cannot be measured: realloc from 256 to 512 bytes lost what was in the block'
check test "$(rows promises/summary.csv status=failed)" -eq 11
check test "$(rows promises/summary.csv allocator=glibc status=failed)" -eq 0

# Breaks it when a cell is at work: that cell fails, without words of its own.
check test "$(rows promises/summary.csv allocator=runs_out value=256 status=failed)" -eq 1
check test "$(rows promises/summary.csv allocator=runs_out value=64 status=failed)" -eq 0
says err 'killed by signal 6 (Aborted), without a word, as where malloc returns NULL'

# Another object serves malloc in the end: refused, with its name.
run 3 run --allocators "glibc,bad=$fixtures/wrong.so" --rounds 1 --no-figures --out wrong "$cells"
says err 'wrong allocator: malloc is served by'
check test "$(rows wrong/summary.csv allocator=bad status=failed)" -eq 2

# Another one serves malloc before anything is preloaded: it is not measured under libc's name.
cp "$BUILD/allocost" "$BUILD/liballocost_count.so" "$fixtures/replaced/bench_null" .
allocost=./allocost
run 1 run --allocators glibc --rounds 1 --no-figures --out replaced
allocost=$work/beside/allocost
says err 'wrong allocator: malloc is served by'
says err 'slow20.so'

# The baseline itself is broken: there is nothing to compare with.
run 1 run --allocators "bad=$fixtures/crash_at_start.so" --rounds 1 --no-figures --out alone "$cells"
says err 'the baseline bad cannot be measured'

# No number of a failed cell stands in the summary.
check test -z "$(awk -F, '$7 == "bad" && $5 == 256 { print $9 $10 $11 $12 $13 $16 }' one/summary.csv)"
finish
