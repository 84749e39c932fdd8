# The table of docs/scenarios.md says of each scenario that is in it what the scenario itself says.
# usage: scenario_table.sh ROOT SCENARIO...
# shellcheck shell=sh
set -u
source=$1
shift

# question FILE : what a scenario asks, as it is printed
question() {
    awk '/^ *\.question =/ { on = 1 } on { print } on && /",$/ { exit }' "$1" | tr '\n' ' ' |
        sed 's/^[^"]*"//; s/", *$//; s/" *"//g; s/\\"/"/g'
}

# wrong TABLE SCENARIO... : the rows that are of no scenario, or with another question
wrong() {
    table=$1
    shift
    # shellcheck disable=SC2016
    sed -n 's/^| `\([a-z0-9_]*\)` | \(.*\) |$/\1 \2/p' "$table" | while read -r name asked; do
        case " $* " in
        *" $name "*) [ "$(question "$source/benches/$name.c")" = "$asked" ] || echo "$name: $asked" ;;
        *) echo "$name: is no scenario" ;;
        esac
    done
}

work=$(mktemp -d "${TMPDIR:-/tmp}/allocost-table.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
table=$source/docs/scenarios.md

# It finds what it is there to find.
# shellcheck disable=SC2016
{ sed 's/^\(| `null` | \)/\1Not /' "$table" && echo '| `nowhere` | What? |'; } >"$work/table"
if [ "$(wrong "$work/table" "$@" | cut -d: -f1 | tr '\n' ' ')" != 'null nowhere ' ]; then
    echo "scenario_table: planted faults: $(wrong "$work/table" "$@")" >&2
    exit 1
fi
wrong "$table" "$@" >"$work/wrong"
cat "$work/wrong" >&2
[ ! -s "$work/wrong" ]
