# The page of the claims: in every run, from the summary alone; and what is said without their rules.
# shellcheck shell=sh source=lib.sh disable=SC2016
. "$(dirname "$0")/lib.sh"
programs floor return_pointer

cells='return_pointer/(malloc|out_param)/size:64$'
run 0 run --allocators glibc,jemalloc --rounds 7 --no-figures --out one "$cells"
page=one/claims.md
check test -s "$page"
# Every claim stands in the table, and has a part of its own with the same verdict.
sed -n 's/^| \([A-Z][0-9]*\) | .* | \(.*\) |$/\1: \2/p' "$page" >table
sed -n 's/^## //p' "$page" >parts
check cmp table parts
sed -n 's/^claim \([A-Z0-9]*\) .*/\1/p' "$SOURCE/benches/claims.txt" >ids
cut -d: -f1 parts | cmp -s - ids
check test $? -eq 0
# What was counted decides in any run; what was not measured is not judged.
says "$page" '## B15: holds'
says "$page" '| `return_pointer/malloc/size:64` | glibc |'
says "$page" '| allocs of `return_pointer/malloc/size:64` | each | 1 |  | \= 1 | yes |'
says "$page" '## B11: not measured in this run'
says "$page" '* `pass_struct/val_clean/size:64` is not in this run.'
says "$page" '## B16: not testable in C'

# The same again from the samples.
cp "$page" before
rm "$page"
run 0 summarize one
check cmp before "$page"

# Two rounds have no intervals: nothing is decided by time.
run 0 run --allocators glibc --rounds 2 --no-figures --out two "$cells"
says two/claims.md '## B1: not decided by this run'

# Rules that are missing or broken cost the page, and nothing else.
ALLOCOST_CLAIMS=$work/nowhere.txt run 3 run --allocators glibc --rounds 1 --no-figures --out none null/empty
says err 'claims.md is not written: '
says err 'nowhere.txt: No such file or directory'
check test -s none/summary.csv
check test ! -e none/claims.md
says out null
printf 'claim A1 Words.\noutcome perhaps Words.\n' >broken.txt
ALLOCOST_CLAIMS=broken.txt run 3 summarize one
says err "claims.md is not written: broken.txt:2: 'perhaps' is no verdict"
check cmp before "$page"

# Rules of somebody else's.
printf 'claim A1 The loop is free.\ncell loop null/empty\noutcome holds It is below 100 ns.\nif loop allocs = 0\noutcome fails No.\n' >own.txt
ALLOCOST_CLAIMS=own.txt run 0 run --allocators glibc --rounds 1 --no-figures --out own null/empty
says own/claims.md '## A1: holds'
finish
