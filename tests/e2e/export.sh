# A run in other programs' formats: whole or not at all, and like the summary. What each format is
# made of is tested with the module; a real program's JSON is compared with here.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

run 0 run --allocators glibc --rounds 2 --no-figures --out one 'return_pointer/(malloc|pool)/size:64$'
processes=$(awk -F, 'NR > 1 && $17 == "ok"' one/summary.csv | wc -l)

run 0 export one --format benchfmt
check test ! -s err
check test "$(grep -c '^Benchmark' out)" -ge "$processes"
check grep -qE '^BenchmarkReturn_pointer/variant=malloc/size=64/allocator=glibc [0-9]+ [0-9.]+ ns/op .* 1 allocs/op 1 frees/op 64 B/op' out
says out 'Unit allocs/op better=lower assume=exact'
cp out stdout
run 0 export one --format=benchfmt --out file
check test ! -s out
check cmp -s stdout file

run 0 export one --format markdown
# shellcheck disable=SC2016
says out '| `malloc/size:64` | `heap` |'
rm -f thin/*
mkdir thin
cp one/summary.csv one/machine.csv thin
run 0 export thin --format markdown --out thin.md
check cmp -s out /dev/null
run 0 export one --format markdown --out whole.md
check test "$(grep -c '^|' thin.md)" -eq "$(grep -c '^|' whole.md)"
for format in benchfmt gbench-json; do
    run 1 export thin --format $format --out nothing
    says err 'no samples.csv'
done

# The keys that Google Benchmark itself writes, of a repetition and of a median.
run 0 export one --format gbench-json --out one.json
if command -v jq >/dev/null; then
    "$BUILD/bench_return_pointer" --benchmark_filter='malloc/size:64$' --benchmark_min_time=0.001 \
        --benchmark_repetitions=2 --benchmark_format=json >theirs.json 2>err
    for type in iteration aggregate; do
        # keys FILE : of its first entry of the type but for counters
        keys() {
            jq -r "[.benchmarks[] | select(.run_type == \"$type\")][0] | keys[]" "$1"
        }
        keys theirs.json >theirs
        keys one.json >ours
        check test -s ours
        # But for counters, and what only a program that runs has to say.
        grep -vxE 'checksum|label|.*_per_op' theirs | grep -vxF -f ours >missing
        check test ! -s missing
    done
    for key in $(jq -r '.context | keys[] | select(startswith("malloc") | not)' theirs.json); do
        check test "$(jq ".context | has(\"$key\")" one.json)" = true
    done
    for key in name run_name run_type time_unit repetitions real_time cpu_time; do
        check test "$(jq -r ".benchmarks[0].$key | type" one.json)" = \
            "$(jq -r ".benchmarks[0].$key | type" theirs.json)"
    done
    # The medians are those of the summary.
    median=$(jq '[.benchmarks[] | select(.name ==
        "return_pointer/malloc/size:64/allocator:glibc_median")][0].real_time' one.json)
    check test "$(printf '%.3g' "$median")" = "$(awk -F, '$2 == "malloc" { printf "%.3g", $9 }' one/summary.csv)"
fi

# What a run without samples knows of metrics is in metrics.csv, and a broken one is named.
{
    head -1 one/metrics.csv
    echo return_pointer,malloc,heap,size,64,1,glibc,resident,bytes,4096,4000,4100,9
} >thin/metrics.csv
run 0 export thin --format markdown
# shellcheck disable=SC2016
says out '| `malloc/size:64` | `glibc` | `resident` | `bytes` | 4096 | 4000 | 4100 |'
sed -i 's/,4000,/,low,/' thin/metrics.csv
run 1 export thin --format markdown --out nothing
# shellcheck disable=SC2016
says err 'thin/metrics.csv:2:64: `low` is no number'
mkdir watched
cp one/counts.csv one/machine.csv watched
# As if nothing had disturbed it, whatever else this machine did.
awk -F, -v OFS=, 'NR == 1 { print; next }
    { print $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "ok", "", $NF }' \
    one/samples.csv >watched/samples.csv
awk -F, -v OFS=, 'NR == 1 { print "round,scenario,variant,storage,param,value,threads,allocator,metric,unit,observed,status" }
    $2 == 1 { print $1, $3, $4, $5, $6, $7, $8, $9, "resident", "bytes", 4096, "ok" }' \
    watched/samples.csv >watched/observations.csv
run 0 export watched --format benchfmt
check test "$(grep -c ' 4096 resident-bytes$' out)" -ge 2
sed -i '2s/4096/many/' watched/observations.csv
run 1 export watched --format benchfmt --out nothing
says err 'watched/observations.csv:2:'
check test ! -e nothing

run 2 export one
says err 'name a format'
run 2 export one --format benchfnt
says err "did you mean 'benchfmt'"
run 2 export one one --format markdown
says err 'name one directory'
run 2 export --format markdown
run 1 export nowhere --format markdown --out nothing
says err nowhere
mkdir no_run
run 1 export no_run --format markdown --out nothing
says err 'it is no run'
mkdir broken
sed '3s/^[0-9]*/many/' one/samples.csv >broken/samples.csv
run 1 export broken --format benchfmt --out nothing
says err 'broken/samples.csv:3'
check test ! -e nothing
echo old >kept
run 1 export broken --format benchfmt --out kept
check test "$(cat kept)" = old
run 1 export one --format benchfmt --out no_run/no/where
if [ -w /dev/full ]; then
    run 1 export one --format markdown --out /dev/full
    "$allocost" export one --format markdown >/dev/full 2>err
    check test $? -eq 1
    says err 'cannot write'
fi
finish
