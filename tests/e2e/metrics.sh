# What a process observes beside its time: written as it is measured, summarised, gone on with.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"

# The driver gets no other programs.
cp "$BUILD/allocost" "$BUILD/liballocost_count.so" "$fixtures/observed/bench_observed" .
allocost=./allocost

run 3 run --allocators glibc --rounds 6 --seed 3 --no-figures --out one observed/
# A variant that breaks a rule has failed, and is in neither file.
for variant in other_sum two_alike hostile_name crash; do
    check test "$(rows one/summary.csv variant=$variant status=failed)" -eq 1
    check test "$(rows one/observations.csv variant=$variant)" -eq 0
    check test "$(rows one/metrics.csv variant=$variant)" -eq 0
done
check grep -q "the observed run's checksum is not that of the timed one" one/samples.csv
check grep -q "the worker's answer cannot be understood" one/samples.csv
check test "$(rows one/summary.csv variant=silent status=failed)" -eq 0
check test "$(rows one/observations.csv variant=silent)" -eq 0

# A row a process and metric, marked as its repetitions are: with each of the five, one of these.
processes() {
    rows one/samples.csv variant=fine rep=1
}
check test "$(processes)" -ge 6
check test "$(rows one/observations.csv variant=fine metric=pairs unit=count observed=1000)" \
    -eq "$(processes)"
check test "$(rows one/observations.csv variant=fine metric=less unit=bytes observed=-0.125)" \
    -eq "$(processes)"
awk -F, '$4 == "fine" && $15 == "ok" { print $1 }' one/samples.csv | sort -u >quiet
awk -F, '$3 == "fine" && $12 == "ok" { print $1 }' one/observations.csv | sort -u >observed_quiet
check cmp quiet observed_quiet
samples=$(awk -F, '$2 == "fine" { print $8 }' one/summary.csv)
check test "$(rows one/metrics.csv variant=fine metric=pairs unit=count median=1000 \
    "samples=$samples")" -eq 1
check test "$(rows one/metrics.csv variant=fine metric=less median=-0.125)" -eq 1

# Computed again from the file; a run of an earlier version has none.
cp one/metrics.csv before.csv
run 0 summarize one
check cmp before.csv one/metrics.csv
mv one/observations.csv kept.csv
run 0 summarize one
check test "$(wc -l <one/metrics.csv)" -eq 1

# Gone on with: without the file, and with one that a crash cut short.
before=$(processes)
run 0 run --resume one --rounds 1 --no-figures observed/fine
check test "$(rows one/observations.csv metric=pairs)" -eq $(($(processes) - before))
cp kept.csv one/observations.csv
printf '9,observed,fi' >>one/observations.csv
before=$(processes)
run 0 run --resume one --rounds 1 --no-figures observed/fine
check test "$(torn one/observations.csv)" -eq 0
check test "$(rows one/observations.csv metric=pairs)" -eq \
    $(($(rows kept.csv metric=pairs) + $(processes) - before))

# A broken file is named with its place, and nothing is written.
rm one/summary.csv one/metrics.csv
cp kept.csv one/observations.csv
sed -i '3s/,count,\|,bytes,/&x/' one/observations.csv
run 1 summarize one
says err 'observations.csv:3:'
check test ! -e one/summary.csv -a ! -e one/metrics.csv

# By hand the metrics stand beside the time.
check quietly ./bench_observed '--benchmark_filter=fine' --benchmark_min_time=0.01 \
    --benchmark_format=json
says out '"pairs": 1.0000000000000000e+03'
finish
