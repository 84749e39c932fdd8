# A run goes on where it was: more rounds, the same iteration counts, the same seed.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer closures

cells='return_pointer/malloc/size:64$'
run 0 run --allocators glibc --rounds 2 --seed 9 --no-figures --out one "$cells"
before=$(wc -l <one/samples.csv)
run 0 run --resume one --rounds 2 --no-figures "$cells"
check test "$(wc -l <one/samples.csv)" -gt "$before"
check test "$(awk -F, 'NR > 1 { print $1 }' one/samples.csv | sort -un | tr '\n' ' ')" = '1 2 3 4 '
check test "$(awk -F, '$4 == "malloc" { print $10 }' one/samples.csv | sort -u | wc -l)" -eq 1
check test "$(awk -F, '$4 == "malloc" { print $14 }' one/samples.csv | sort -u | wc -l)" -eq 1
check grep -q '^run.seed,9' one/machine.csv
check test "$(rows one/summary.csv variant=malloc status=failed)" -eq 0

# A last line that a crash cut short is removed before anything is added.
printf '5,1,return_pointer,mal' >>one/samples.csv
run 0 run --resume one --rounds 1 --no-figures "$cells"
run 0 summarize one
check test "$(awk -F, 'NR > 1 { print $1 }' one/samples.csv | sort -un | tr '\n' ' ')" = '1 2 3 4 5 '

# Cells that were not in it before: they are measured like the others.
run 0 run --resume one --rounds 1 --no-figures 'closures/.*/captured_bytes:8$'
check test "$(grep -c ',failed,' one/samples.csv)" -eq 0
# Measured: quiet or not, which depends on what else the machine does.
check test "$(rows one/summary.csv scenario=closures)" -gt 3

# What would make another run of it is refused, and nothing is written.
cp -r one before
run 2 run --resume one --allocators glibc,mine=/nowhere.so --rounds 1 "$cells"
says err 'leave out --allocators'
run 2 run --resume one --baseline jemalloc --rounds 1 "$cells"
says err 'leave out --baseline'
run 2 run --resume one --seed 8 --rounds 1 "$cells"
says err "the run's own seed, '9'"
check diff -r before one
sed 's/^cpu.model,.*/cpu.model,abacus/' before/machine.csv >one/machine.csv
run 1 run --resume one --rounds 1 "$cells"
says err "another cpu.model: 'abacus'"
check cmp before/samples.csv one/samples.csv
cp before/machine.csv one/machine.csv
run 0 run --resume one --seed 9 --allocators glibc --rounds 1 --no-figures "$cells"
finish
