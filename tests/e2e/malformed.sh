# Files that are not what they should be: file, line and column, exit 1, and nothing written.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

run 0 run --allocators glibc --rounds 2 --no-figures --out good 'return_pointer/malloc/size:64$'

# broken NAME TEXT: summarize refuses broken/samples.csv and says so
broken() {
    rm -f broken/summary.csv
    run 1 summarize broken
    says err samples.csv
    says err "$1"
    check test ! -e broken/summary.csv
}
mkdir broken

sed '3s/^[0-9]*/many/' good/samples.csv >broken/samples.csv
broken 'samples.csv:3'
sed -E '4s/,("[^"]*"|[^",]*)$//' good/samples.csv >broken/samples.csv
broken 'samples.csv:4'
# Cut off anywhere, if only by the last line end, and where the last field would pass for a whole one.
for cut in 1 2 30; do
    head -c "-$cut" good/samples.csv >broken/samples.csv
    broken 'record is cut off'
done
sed '1s/ns_per_op/ns/' good/samples.csv >broken/samples.csv
broken ns_per_op
: >broken/samples.csv
broken 'samples.csv'
{ cat good/samples.csv; printf '9,"unfinished'; } >broken/samples.csv
broken 'samples.csv:'
{ cat good/samples.csv; printf '\000\000\n'; } >broken/samples.csv
broken 'samples.csv:'
sed '2s/,\(ok\|noisy\),/,fine,/' good/samples.csv >broken/samples.csv
broken 'samples.csv:2'

# A column of a later version is passed over.
sed -e '1s/$/,later/' -e '2,$s/$/,1/' good/samples.csv >broken/samples.csv
run 0 summarize broken
# A header alone is a run that measured nothing.
head -1 good/samples.csv >broken/samples.csv
run 0 summarize broken

# The figures, likewise.
mkdir plot
sed '2s/,[^,]*,[^,]*$//' good/summary.csv >plot/summary.csv
"$allocost" plot plot >out 2>err
check test $? -ne 0
says err 'summary.csv:2'
check test ! -e plot/figures/ladder.svg
cp good/samples.csv broken/samples.csv
printf 'key,value\nbroken\n' >broken/machine.csv
run 1 summarize broken
says err machine.csv
finish
