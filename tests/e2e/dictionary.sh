# Every column and key of a real run is in results/README.md, and nothing else is; so is every swept
# parameter.
# shellcheck shell=sh source=lib.sh
. "$(dirname "$0")/lib.sh"
dictionary=$SOURCE/results/README.md

# entries HEADING [FIRST_COLUMN] : the names that the tables behind the heading explain, a line each
entries() {
    awk -v heading="## $1" '/^## / { inside = $0 == heading; next }
        inside && /^\| `/ { split($0, parts, "`"); print parts[2] }' "$dictionary"
}

# table TITLE HEADING : the same of the one table behind the heading whose header begins with TITLE
table() {
    awk -v title="| $1 " -v heading="## $2" '/^## / { inside = $0 == heading; next }
        !/^\|/ { in_table = 0 }
        inside && index($0, title) == 1 { in_table = 1; next }
        inside && in_table && /^\| `/ { split($0, parts, "`"); print parts[2] }' "$dictionary"
}

# same WHAT FILE FILE : both hold the same lines
same() {
    if diff "$2" "$3" >difference; then
        check test -s "$2"
    else
        echo "$1: dictionary (<) and run (>) differ:" >&2
        cat difference >&2
        check false "$1"
    fi
}

programs floor return_pointer
run 0 run --allocators 'tight=glibc{MALLOC_ARENA_MAX=2}' --rounds 1 --no-figures --out one 'return_pointer/(malloc|pool)/size:64$'
table column 'The columns that name a cell' >cell
for file in samples observations counts summary metrics; do
    table column "$file.csv" | cat cell - | sort >said
    head -1 "one/$file.csv" | tr ',' '\n' | sort >found
    same "$file.csv" said found
done

# The file of a pass that is made when it is asked for.
if command -v valgrind >/dev/null; then
    run 0 run --resume one --rounds 1 --no-figures --instructions 'return_pointer/(malloc|pool)/size:64$'
    table column instructions.csv | cat cell - | sort >said
    head -1 one/instructions.csv | tr ',' '\n' | sort >found
    same instructions.csv said found
fi

# The files of a run are those of the first table; figures are drawn elsewhere.
run 0 report one
awk '/^## /{ exit } /^\| `/{ split($0, parts, "`"); print parts[2] }' "$dictionary" |
    grep -v '^figures/$' | sort >said
[ -e one/instructions.csv ] || echo instructions.csv >>extra
(ls one && cat extra 2>/dev/null) | sort >found
same files said found

# A fact that is missing on this machine has a key of its own for the reason; an allocator's name is
# part of its keys.
entries machine.csv | sed 's/^allocator\.NAME\./allocator.tight./' | sort >said
awk 'NR > 1 { sub(/,.*/, ""); print }' one/machine.csv | grep -v '\.why$' | sort >found
same machine.csv said found

allocost=$BUILD/allocost
run 0 list
table parameter 'The columns that name a cell' | sort >said
sed -n 's/.*; swept: //p' out | sort -u >found
same parameters said found

cp -r one two
run 0 compare one two --no-figures --out both
table column compare.csv | cat cell - | sort >said
head -1 both/compare.csv | tr ',' '\n' | sort >found
same compare.csv said found

# The words of a status, of a verdict, and why a run ends, as the code has them.
words() {
    sed -n "/$1/,/;/p" "$SOURCE/$2" | grep -o '"[a-z ][a-z ]*"' | tr -d '"' | sort -u
}
table status samples.csv | sort >said
words '^const char \*const cell_status_words' harness/data/cell.c >found
same statuses said found
table verdict 'From times to verdicts' | sort >said
words '^static const char \*const verdict_words' harness/data/summary_file.c >found
same verdicts said found
grep -ho 'ended = [^;]*;' "$SOURCE"/harness/run/*.c "$SOURCE"/harness/cli/*.c |
    grep -o '"[a-z ]*"' | tr -d '"' | sort -u | while IFS= read -r word; do
    grep 'run\.ended' "$dictionary" | grep -qF "\`$word\`" || echo "$word"
done >missing
check test ! -s missing
finish
