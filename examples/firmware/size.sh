#!/bin/sh
# Prints the size of a linked firmware and the part of it that came from libmigcore.a.
# usage: size.sh SIZE-TOOL ELF MAP
set -eu

"$1" "$2" | awk 'NR == 2 { printf "whole firmware: text %d, data %d, bss %d bytes\n", $1, $2, $3 }'

# The map lists each input section with address, size and file; a long name stands on a
# line of its own.  What the linker threw away is listed before the memory map.
awk '
    /^Linker script and memory map/ { in_map = 1 }
    !in_map { next }
    NF == 1 && /^ \./ { section = $1; next }
    /^ \./ { section = $1; size = $3; file = $4 }
    /^ +0x/ { size = $2; file = $3 }
    file ~ /libmigcore\.a/ && size ~ /^0x/ { print section, size, file }
    { size = file = "" }
' "$3" | while read -r section size _; do
    echo "$section" $((size))
done | awk '
    $1 ~ /^\.(text|rodata|ARM)/ { text += $2 }
    $1 ~ /^\.data/ { data += $2 }
    $1 ~ /^\.bss/ { bss += $2 }
    END {
        printf "of that migcore: text %d, data %d, bss %d bytes\n", text, data, bss
        exit text == 0
    }
'
