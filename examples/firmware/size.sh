#!/bin/sh
# Prints the size of a linked firmware and the part of it that came from libmigcore.a, and fails
# when that part has more than LIMIT bytes of code and constants, or any data of its own, or anything
# of transforms: none of these programs calls them.
# usage: size.sh NAME SIZE-TOOL ELF MAP LIMIT
set -eu

# By section: the pages of flash that images go to are none of these.
"$2" -A "$3" | awk -v name="$1" '
    $1 ~ /^\.(text|ARM)/ { text += $2 }
    $1 == ".data" { data += $2 }
    $1 == ".bss" { bss += $2 }
    END { printf "%-16s text %6d, data %d, bss %6d bytes;", name, text, data, bss }
'

# The map lists each input section with address, size and file; a long name stands on a
# line of its own.  What the linker threw away is listed before the memory map.
sections() {
    awk -v wanted="$1" '
        /^Discarded input sections/ { part = "discarded" }
        /^(Memory Configuration|Linker script and memory map)/ { part = "linked" }
        part != wanted { next }
        NF == 1 && /^ \./ { section = $1; next }
        /^ \./ { section = $1; size = $3; file = $4 }
        /^ +0x/ { size = $2; file = $3 }
        file ~ /libmigcore\.a/ && size ~ /^0x/ { print section, size }
        { size = file = "" }
    ' "$2"
}

sections linked "$4" | while read -r section size; do
    echo "$section" $((size))
done | awk -v limit="$5" '
    $1 ~ /^\.(text|rodata|ARM)/ { text += $2 }
    $1 ~ /^\.data/ { data += $2 }
    $1 ~ /^\.bss/ { bss += $2 }
    END {
        printf " of that migcore: text %d of at most %d, data %d, bss %d", text, limit, data, bss
        exit text == 0 || text > limit || data + bss > 0
    }
'

transforms=$(sections discarded "$4" | grep -c compat) || true
linked=$(sections linked "$4" | grep compat | head -n 3) || true
echo "; $transforms sections of transforms left out"
if [ "$transforms" -eq 0 ] || [ -n "$linked" ]; then
    echo "transforms are in $1, or not in the library:" "$linked" >&2
    exit 1
fi
