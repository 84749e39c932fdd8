# Cells of several threads: listed, chosen, measured, counted, failed and drawn as others are.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

cp "$BUILD/allocost" "$BUILD/liballocost_count.so" "$fixtures/threads/bench_crowd" .
# The driver gets no other programs, and two CPUs at most, so that the list is known.
allowed=$(taskset -cp $$ | sed 's/.*: //')
first=${allowed%%[-,]*}
last=${allowed##*[-,]}
if [ "$first" = "$last" ]; then
    counts='1 2' most=2
else
    counts='1 2 4' most=4
fi
printf '#!/bin/sh\nexec taskset -c %s,%s ./allocost "$@"\n' "$first" "$last" >on_two
chmod +x on_two
allocost=./on_two

run 0 list
check grep -qE "^  malloc .*threads: $counts\$" out
check grep -qE '^  hand_over .*threads: 2$' out
check grep -qE '^  frame_alone +stack +-$' out

run 0 run --allocators glibc --rounds 2 --no-figures --out one '(malloc|frame|hand_over|list|but_third)'
# Measured: quiet or not, which depends on what else the machine does.
for threads in $counts; do
    heap="variant=malloc allocator=glibc threads=$threads"
    # shellcheck disable=SC2086 # words
    check test $(($(rows one/samples.csv $heap status=ok) + $(rows one/samples.csv $heap status=noisy))) -gt 0
    check test "$(rows one/counts.csv variant=list "threads=$threads" status=ok)" -eq 1
done
check test "$(rows one/summary.csv status=failed)" -eq 0
check test "$(rows one/summary.csv variant=but_third status=skipped)" -eq 1
says out malloc/threads:2

# Counted: of all threads, an operation of each, or one of both together.
check test "$(rows one/summary.csv variant=malloc allocs_per_op=1 frees_per_op=1 bytes_per_op=32)" \
    -eq "$(echo "$counts" | wc -w)"
check test "$(rows one/summary.csv variant=hand_over allocs_per_op=1 frees_per_op=1)" -eq 1
check test "$(rows one/counts.csv variant=list threads=1 bound=exact)" -eq 1
check test "$(rows one/counts.csv variant=list threads=$most bound=at_most)" -eq 1

# The throughput of one thread is one over its time; of all, as many times that as they are apart.
check test "$(awk -F, '$15 == "ok" && $8 == 1 && ($11 * $17 < 0.999e9 || $11 * $17 > 1.001e9)' \
    one/samples.csv | wc -l)" -eq 0
# From the first start to the last end is no less than the mean of the threads.
check test "$(awk -F, '$15 == "ok" && $4 == "malloc" && $11 * $17 > 1.001e9 * $8' \
    one/samples.csv | wc -l)" -eq 0
check test "$(rows one/metrics.csv variant=malloc metric=throughput unit=ops_per_s)" \
    -eq "$(echo "$counts" | wc -w)"
check test "$(rows one/metrics.csv variant=frame_alone)" -eq 0
check test "$(rows one/metrics.csv variant=hand_over threads=2)" -eq 1
cp one/metrics.csv before.csv
rm one/metrics.csv
run 0 summarize one
check cmp before.csv one/metrics.csv

# Chosen by number and by name; a number that there is not is refused.
run 0 run --allocators glibc --rounds 1 --no-figures --threads 2 --out two '(malloc|frame|hand_over)'
check test "$(awk -F, 'NR > 1 { print $8 }' two/samples.csv | sort -u)" = 2
check test "$(rows two/samples.csv variant=frame_alone)" -eq 0
run 0 run --allocators glibc --rounds 1 --no-figures --out name 'malloc/threads:2$'
check test "$(column threads name/summary.csv | sort -u)" = 2
run 2 run --allocators glibc --rounds 1 --threads 1,3 --out three malloc
says err 'none of the selected cells is one of 3 threads here'
run 2 run --threads 0 --out zero
says err '--threads takes whole numbers'
check test ! -e three -a ! -e zero

# Gone on with: each number of threads keeps its own iterations.
run 0 run --resume one --rounds 1 --no-figures '(malloc|list)'
check test "$(awk -F, '$4 == "malloc" { print $8 " " $10 }' one/samples.csv | sort -u | wc -l)" \
    -eq "$(echo "$counts" | wc -w)"
check test "$(rows one/counts.csv variant=malloc)" -eq "$(echo "$counts" | wc -w)"

# A thread that never comes back, and one that asks for more than its bound.
run 3 run --allocators glibc --rounds 1 --no-figures --out bad 'hang|over_bound|hand_over'
check grep -q 'no answer within' bad/samples.csv
check test "$(rows bad/summary.csv variant=hang status=failed)" -eq 1
check test "$(rows bad/summary.csv variant=over_bound status=failed)" -eq 1
check grep -q 'declared at most ' bad/counts.csv
check test "$(rows bad/summary.csv variant=hand_over status=failed)" -eq 0

# By hand, with the same names.
check quietly ./bench_crowd --benchmark_list_tests
says out crowd/malloc
says out crowd/hand_over/threads:2
check quietly ./bench_crowd '--benchmark_filter=hand_over' --benchmark_min_time=0.01 \
    --benchmark_format=json
says out '"ops_per_s": '
says out '"name": "crowd/hand_over/threads:2'
./bench_crowd measure --variant=malloc --threads=x >out 2>err
check test $? -eq 2
./bench_crowd calibrate --variant=hand_over --threads=3 >out 2>err
check test $? -eq 2
says out 'not on so many threads'
finish
