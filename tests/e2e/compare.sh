# Runs side by side: what is compared, what is said, what is refused, and the gate.
# shellcheck shell=sh source=lib.sh disable=SC2016
# The names of the last part must not expand.
. "$(dirname "$0")/lib.sh"

# made DIRECTORY FACTOR [DRIFT [ROUNDS]] : a run of 30 cells, those of the heap slower by the factor,
# all by the drift, each process 0.5 % around its cell's time
made() {
    mkdir -p "$1"
    awk -v factor="$2" -v drift="${3:-1}" -v rounds="${4:-10}" -v name="$1" 'BEGIN {
        srand(length(name) + 7)
        print "round,rep,scenario,variant,storage,param,value,threads,allocator,iterations," \
            "ns_per_op,cpu_ns_per_op,core_ghz,checksum,status,detail"
        for (round = 1; round <= rounds; round++)
            for (cell = 1; cell <= 30; cell++) {
                heap = cell > 10
                ns = cell * drift * (heap ? factor : 1) * (1 + 0.005 * (2 * rand() - 1))
                for (rep = 1; rep <= 3; rep++)
                    printf "%d,%d,s%d,v,%s,size,%d,1,%s,1000,%.9g,%.9g,3,42,ok,\n", round, rep,
                        cell % 3, heap ? "heap" : "stack", cell, heap ? "glibc" : "", ns, ns
            } }' >"$1/samples.csv"
    printf '%s\n' key,value host.name,here "cpu.model,CPU one" "build.compiler,gcc 1" \
        build.flags,-O2 build.commit,c build.type,Release build.sanitizers,none run.seed,1 \
        run.ended,rounds "run.rounds,${4:-10}" noise_floor,0.01 >"$1/machine.csv"
}

# fact DIRECTORY KEY VALUE : changes a fact
fact() {
    sed -i "s/^$2,.*/$2,$3/" "$1/machine.csv"
}

made base 1
made same 1
made slow2 1.02
made slow20 1.2
made drifted 1 1.15
made both 1.2 1.15
made few 1.2 1 2

# Known answers, and the gate.
run 0 compare base same --fail-above 5%
says out 'B to A: 30 cells compared: 0 slower, 0 faster'
says out '(same machine and build)'
says out 'What differs: nothing'
says out 'No slowdown of more than 5 % is confirmed'
check test ! -s err
run 0 compare base slow2 --fail-above 5%
says out 'B to A: 30 cells compared: 20 slower, 0 faster'
run 4 compare base slow2 --fail-above 0.5%
run 4 compare base slow20 --fail-above 5%
says out 'Slower by more than 5 %, confirmed'
says out '20 slower, 0 faster'
run 0 compare slow20 base --fail-above 5%
says out '0 slower, 20 faster'
run 0 compare base slow20
run 0 compare base drifted --fail-above 5%
says out 'drift 1.1'
says out '30 cells compared: 0 slower, 0 faster'
run 4 compare base both --fail-above 5%
says out '20 slower, 0 faster'
run 0 compare base few --fail-above 5%
says out 'too few processes to be confirmed'

# The order of the arguments is the order of the columns; the largest change is the first row.
run 0 compare slow20 base same --no-figures --out ordered --rows 3
check grep -q '^  A  slow20' out
check grep -q '^  C  same' out
says out '3 of 30 rows'
check test "$(column base ordered/compare.csv | sort -u)" = slow20
check test "$(rows ordered/compare.csv verdict=faster)" -eq 40
check test "$(column verdict ordered/compare.csv | head -40 | sort -u)" = faster
check test "$(torn ordered/compare.csv)" -eq 0
check test ! -e ordered/figures

# Runs with other scenarios compare what they share, and name the rest.
mkdir other part
sed 's/,s2,/,s9,/' base/samples.csv >other/samples.csv
grep -v ',s1,' base/samples.csv >part/samples.csv
cp base/machine.csv other
cp base/machine.csv part
run 0 compare base other
says out 'B to A: 20 cells compared'
says out 'In A and not in B: 10 cells, of s2 (10).'
says out 'In B and not in A: 10 cells, of s9 (10).'
grep -v ',s[01],' other/samples.csv >part/samples.csv
sed -i 's/,s9,/,s8,/' part/samples.csv
run 1 compare base part --out nothing
says err 'no cell in common'
check test ! -e nothing

# What is not fair is said.
for change in 'cpu.model:CPU two:the CPUs differ' 'build.flags:-O3:the flags differ' \
    'build.compiler:clang:the compilers differ' 'run.seed:2:the seeds differ' \
    'build.type:Debug:B is of a Debug build' 'build.sanitizers:address:built with sanitizers' \
    'run.ended:signal:B was stopped early'; do
    key=${change%%:*}
    rest=${change#*:}
    cp base/machine.csv same
    fact same "$key" "${rest%%:*}"
    run 0 compare base same
    says out 'Warning'
    says out "${rest#*:}"
    says out "$key"
done
cp base/machine.csv same

# From the summary alone, where there are no samples; never a confirmed slowdown.
mkdir thin
cp -r slow20 whole
run 0 summarize whole
cp whole/summary.csv whole/machine.csv thin
run 0 compare base thin --fail-above 5% --no-figures --out thinner
says out 'B has no samples.csv'
says out '20 slower, 0 faster'
says out 'No slowdown of more than 5 % is confirmed'
says out 'from summaries'
check test "$(rows thinner/compare.csv basis=summary)" -eq 30

# Metrics have a section and a file of their own, and fail no gate unless asked for the times.
head=scenario,variant,storage,param,value,threads,allocator,metric,unit,median,low,high,samples
printf '%s\n' "$head" s1,v,heap,size,13,1,glibc,resident,bytes,1000,990,1010,9 >base/metrics.csv
run 0 compare base same --no-figures
says out 'B has no metrics.csv'
sed 's/1000,990,1010/9000,8990,9010/' base/metrics.csv >same/metrics.csv
run 0 compare base same --no-figures --out metrics --fail-above 5%
says out 'B to A: 1 metrics compared'
check grep -qE '^s1/v/size:13 +glibc +resident, bytes +1000 +B +9000 +9\.00 \+$' out
check test "$(rows metrics/compare_metrics.csv metric=resident verdict=more ratio=9 difference=8000)" -eq 1
check test "$(rows metrics/compare.csv)" -eq 30
sed 's/,bytes,/,kib,/' base/metrics.csv >same/metrics.csv
run 0 compare base same --no-figures
says out 'B to A: 0 metrics compared; in A only 1, in B only 1'
sed 's/,990,/,few,/' base/metrics.csv >same/metrics.csv
run 1 compare base same --out nothing
says err 'same/metrics.csv:2:47: `few` is no number'
sed '1s/,unit,/,units,/' base/metrics.csv >same/metrics.csv
run 1 compare base same --out nothing
says err 'same/metrics.csv:1:1: there is no column unit'
check test ! -e nothing
rm base/metrics.csv same/metrics.csv

# Refused: usage.
run 2 compare
says err 'name two directories'
run 2 compare base
says err 'name two directories'
run 2 compare base ./base --out nothing
says err 'the same directory'
ln -s base alias
run 2 compare base same alias
says err 'the same directory'
run 2 compare base same --fail-above many
run 2 compare base same --fail-abvoe 5%
says err 'did you mean --fail-above'
# Refused: what is no run, or one of another version; nothing is written.
mkdir no_run
run 1 compare base no_run --out nothing
says err 'no_run holds neither samples.csv nor summary.csv'
run 1 compare base nowhere --out nothing
says err 'nowhere: No such file'
run 1 compare base base/samples.csv --out nothing
says err 'is no directory'
mkdir old
cp base/machine.csv old
sed '1s/core_ghz/ghz/' base/samples.csv >old/samples.csv
run 1 compare base old --out nothing
says err 'old/samples.csv:1:1: there is no column core_ghz'
sed '1s/,ns_per_op/,us_per_op/' base/samples.csv >old/samples.csv # times in another unit
run 1 compare base old --out nothing
says err 'old/samples.csv:1:1: there is no column ns_per_op'
cp base/samples.csv old
printf 'key,value\ncpu.model\n' >old/machine.csv
run 1 compare base old --out nothing
says err 'old/machine.csv:2'
check test ! -e nothing
mkdir full
: >full/file
run 1 compare base same --out full
says err 'full is not empty'
"$allocost" compare base same >&- 2>err
check test $? -eq 1
says err 'cannot write the table'

# Hostile names are text, in the table and in the figures.
hostile='"$(touch executed) `touch executed` <&> %s "" @x \033[31m"'
printf '%s\n' "host.name,$hostile" "os.kernel,$hostile" >>same/machine.csv
sed -i '/^host.name,here/d' same/machine.csv
mv slow20 'slow $(touch executed) %s
<&>"'
for run in same slow*; do
    sed -i 's/,s1,v,/,"s ""1"" $(touch executed)","v <&> \\n %s",/' "$run/samples.csv"
done
run 0 compare same slow* drifted --out hostile
says out '`touch executed` <&> %s " @x \033[31m'
if command -v gnuplot >/dev/null; then
    check test "$(find hostile/figures -name '*.svg' | wc -l)" -eq 6
    check test "$(find hostile/figures -name '*.png' | wc -l)" -eq 6
    check test -s hostile/figures/s0.svg
    check test -s hostile/figures/s0-runs.svg
    check grep -qF 'slow $(touch executed) %s\n&lt;&amp;>' hostile/figures/s0.svg
    check grep -qF 'What changed in s "1" $(touch executed)?' hostile/figures/scenario-*[0-9].svg
    if command -v xmllint >/dev/null; then
        check xmllint --noout hostile/figures/*.svg
    fi
fi
check test ! -e executed

if command -v make >/dev/null; then
    # The target is one line in front of the same program.
    make -n -C "$SOURCE" --no-print-directory compare RUNS='a b' OUT=c >out 2>err
    says out "allocost compare --out 'c' -- a b"
fi
finish
