#!/bin/sh
# Installs what the suite needs, by apt; says what it installs. Elsewhere prints the list and stops.
# usage: tools/deps.sh [browser] : or the browser in which a test looks at a report, which is large
# A word with bars is one package under several names: the first that the distribution has is taken.
set -eu

required='gcc g++ make cmake pkg-config binutils libbenchmark-dev libhwloc-dev libjansson-dev gnuplot-nox libjemalloc2'
optional='libmimalloc3|libmimalloc2.0 libtcmalloc-minimal4t64|libtcmalloc-minimal4 libtbbmalloc2
libclang-rt-dev|libclang-rt-14-dev clang libblocksruntime-dev valgrind ninja-build clang-format libxml2-utils'
case ${1:-all} in
all) ;;
browser) required='' optional='chromium' ;;
*)
    echo 'usage: tools/deps.sh [browser]' >&2
    exit 2
    ;;
esac

installed() {
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

available() {
    apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# Prints the names of a word, one a line.
names() {
    echo "$1" | tr '|' '\n'
}

# Whether one of the names of a word is installed.
satisfied() {
    for name in $(names "$1"); do
        installed "$name" && return 0
    done
    return 1
}

# Prints the first name of a word that can be installed.
choose() {
    for name in $(names "$1"); do
        if available "$name"; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

if ! command -v apt-get >/dev/null 2>&1; then
    {
        echo 'deps: this is no Debian or Ubuntu: there is no apt-get. Install these, or what your'
        echo 'distribution calls them, and go on with make bench:'
        echo "  needed:   $required"
        echo "  optional: $(echo "$optional" | tr '\n' ' ')"
    } >&2
    exit 1
fi

missing=
for word in $required $optional; do
    satisfied "$word" || missing="$missing $word"
done
if [ -z "$missing" ]; then
    echo 'deps: everything is installed'
    exit 0
fi

self=$(cd "$(dirname "$0")" && pwd)/deps.sh
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "deps: not root, and there is no sudo; as root: sh $self" >&2
        exit 1
    fi
    as_root='sudo'
    # First of all, or each step would fail for this reason and name another. Asks for a password where it can.
    if ! sudo id >/dev/null; then
        echo "deps: sudo does not let $(id -un) install packages; as root: sh $self" >&2
        exit 1
    fi
fi

echo 'deps: apt-get update'
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null; then
    echo 'deps: apt-get update failed; going on with the package lists that are here' >&2
fi

wanted=
stop=
for word in $missing; do
    if name=$(choose "$word"); then
        wanted="$wanted $name"
    elif echo " $required " | grep -qF " $word "; then
        echo "deps: this distribution has no package $(echo "$word" | sed 's/|/ or /g'), which is needed" >&2
        stop=yes
    else
        echo "deps: passed over: this distribution has no package $(echo "$word" | sed 's/|/ or /g')" >&2
    fi
done
[ -z "$stop" ] || exit 1
if [ -z "$wanted" ]; then
    echo 'deps: nothing more to install'
    exit 0
fi

echo "deps: apt-get install$wanted"
# shellcheck disable=SC2086 # one word a package
if $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $wanted >/dev/null; then
    exit 0
fi
echo 'deps: that failed; trying the needed packages alone' >&2
needed=
for word in $required; do
    satisfied "$word" || needed="$needed $(choose "$word")"
done
if [ -n "$needed" ]; then
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $needed >/dev/null || {
        echo "deps: apt-get could not install:$needed" >&2
        exit 1
    }
fi
echo 'deps: the needed packages are installed, some optional ones are not' >&2
