# An allocator that is slower by a known, large amount is called slower in every heap cell, and the same
# library may stand under two names. (How well a small amount is found is judged by hand, not by a test.)
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

cells='return_pointer/malloc/size:(16|64|256)$'
run 0 run --allocators "glibc,slow=$fixtures/slow100.so" --rounds 10 --no-figures --out slow "$cells"
# A verdict needs 8 rounds in which both were measured undisturbed: on a busy machine, some more.
more=0
while [ "$(rows slow/summary.csv allocator=slow variant=malloc ratio_low=)" -gt 0 ] && [ $more -lt 4 ]; do
    run 0 run --resume slow --rounds 4 --no-figures "$cells"
    more=$((more + 1))
done
# A machine too busy for that has no verdict on a cell, but never a wrong one. (A process that is so much
# slower runs longer, and is disturbed the more often: with both cores taken, none of them is quiet.)
told=$(awk -F, '$2 == "malloc" && $22 != "ok" { noisy[$5] = 1 }
    $2 == "malloc" && $7 == "slow" && $14 != "" { told[$5] = 1 }
    END { for (size in told) n += !(size in noisy); print n + 0 }' slow/summary.csv)
check test "$(rows slow/summary.csv allocator=slow variant=malloc verdict=slower)" -eq "$told"
check test "$(awk -F, '$7 == "slow" && $2 == "malloc" && $13 != "" && $13 <= 2' slow/summary.csv | wc -l)" -eq 0
check test "$(awk -F, '$7 == "slow" && $2 == "malloc" && $13 > 2' slow/summary.csv | wc -l)" -ge 1
check test "$(rows slow/summary.csv allocator=slow verdict=faster)" -eq 0
check test "$(rows slow/summary.csv allocator=glibc verdict=slower)" -eq 0

cp "$fixtures/slow20.so" twin.so
run 0 run --allocators "one=$fixtures/slow20.so,two=$work/twin.so" --rounds 8 --no-figures --out same "$cells"
check test "$(rows same/summary.csv allocator=two variant=malloc)" -eq 3
check test "$(rows same/summary.csv allocator=two variant=malloc verdict=)" -eq 0
check test "$(rows same/summary.csv allocator=one variant=malloc verdict=)" -eq 3
check test "$(rows same/summary.csv allocator=two status=failed)" -eq 0
finish
