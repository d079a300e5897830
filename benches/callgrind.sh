#!/bin/sh
# Counts instructions of the workloads under callgrind.
#
# Every way is run N and 2N times in a process of its own; the difference divided
# by N is one run, without process start, setting up and tearing down.
# usage: callgrind.sh [GROUP-PREFIX]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cargo=${CARGO:-cargo}
times=${TIMES:-1000}
prefix=${1:-}

if ! command -v valgrind >/dev/null 2>&1; then
    echo "skip: valgrind is not installed, nothing was counted"
    exit 0
fi

cd "$here/.."
"$cargo" build --release -q -p migcore-benches --bin count
target=$("$cargo" metadata --no-deps --format-version 1 |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
binary=$target/release/count

# count_of GROUP WAY TIMES: instructions of the whole process
count_of() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" "$1" "$2" "$3" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

printf '%-19s %-21s %13s %9s\n' group way instructions per-item
"$binary" --list | while IFS="$(printf '\t')" read -r group items way; do
    runs=$times
    case $group in
    w2-*) continue ;; # a thousand W1; counting it again tells nothing new
    chunk-w2-* | walk | crc-1m | compat-10000) runs=2 ;; # each run is long
    esac
    case $group in
    "$prefix"*) ;;
    *) continue ;;
    esac
    once=$(count_of "$group" "$way" "$runs")
    twice=$(count_of "$group" "$way" $((2 * runs)))
    awk -v group="$group" -v way="$way" -v items="$items" \
        -v run="$(((twice - once) / runs))" \
        'BEGIN { printf "%-19s %-21s %13d %9.1f\n", group, way, run, run / items }'
done
