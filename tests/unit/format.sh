# Every C and C++ file is as .clang-format wants it. Another version lays some lines out differently,
# so only the one that the tree is formatted with can judge.
# usage: format.sh ROOT
# shellcheck shell=sh
set -u
cd "$1" || exit 1
version=14

formatter=
for name in clang-format clang-format-$version; do
    case $("$name" --version 2>/dev/null) in *"version $version."*) formatter=$name ;; esac
done
if [ -z "$formatter" ]; then
    echo "skipped: clang-format $version is not installed"
    exit 77
fi

# What is not formatted is found.
if printf 'int  a;\n' | "$formatter" --dry-run -Werror --style=file 2>/dev/null; then
    echo "$formatter finds nothing"
    exit 1
fi

find harness benches tests \( -name '*.[ch]' -o -name '*.cc' \) -exec \
    "$formatter" --dry-run -Werror {} +
