#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-abi.sh LIBRARY BUILT_INCLUDES [--update]
#
# Programs that were built on libderma go on working with the next one: no symbol goes, no type changes. What there is
# stands in libderma.symbols (in the form that Debian's dpkg-gensymbols reads) and libderma.types (64 bit).
# --update writes both lists anew; symbols that are new get the version that NEWS begins with. Then the difference is what git diff says.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
library=$1
built=$2
update=${3:-}
symbols_list=$here/libderma.symbols
types_list=$here/libderma.types
how="an intended change: meson compile -C BUILD update-abi"
read -ra compiler <<<"${CC:-cc}"
read -ra glib < <(pkg-config --cflags glib-2.0 gio-2.0)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

soname() {
  readelf -dW "$library" | sed -nE 's/.*\(SONAME\).*\[(.*)\]/\1/p'
}

exported() {
  nm -D --defined-only "$library" | awk '$2 ~ /[TDBRVW]/ { sub(/@.*/, "", $3); print $3 }' | sort -u
}

listed() {
  sed -nE 's/^ ([a-z0-9_]+)@Base .*/\1/p' "$1" | sort -u
}

# What the compiler says of public structures (size, and where their members lie) and enumerations.
print_types() {
  local header
  {
    printf '#include <derma/derma.h>\n#include <stddef.h>\n#include <stdio.h>\n'
    for header in "$SOURCE_ROOT"/include/derma/*.h; do printf '#include <derma/%s>\n' "$(basename "$header")"; done
    printf 'int\nmain (void)\n{\n'
    cat "$SOURCE_ROOT"/include/derma/*.h | awk '
      /^typedef struct.*\{$/ { inside = "struct"; n = 0; next }
      /^typedef enum.*\{$/ { inside = "enum"; next }
      inside == "enum" && match($0, /^  DERMA_[A-Z0-9_]+/) {
        name = substr($0, 3, RLENGTH - 2); printf "printf (\"%s = %%d\\n\", (int)%s);\n", name, name }
      inside == "struct" && match($0, /^  [A-Za-z].*;/) {
        line = substr($0, 1, RLENGTH); sub(/;.*/, "", line); gsub(/\[[^]]*\]/, "", line); sub(/:.*/, "", line)
        count = split(line, parts, ","); sub(/.*[ *]/, "", parts[1])
        for (i = 1; i <= count; i++) { gsub(/[ *]/, "", parts[i]); member[n++] = parts[i] } }
      /^} Derma[A-Za-z]+;/ {
        type = $2; sub(/;.*/, "", type)
        printf "printf (\"%s: %%zu bytes\\n\", sizeof (%s));\n", type, type
        if (inside == "struct")
          for (i = 0; i < n; i++)
            printf "printf (\"%s.%s at %%zu\\n\", offsetof (%s, %s));\n", type, member[i], type, member[i]
        inside = "" }'
    printf 'return 0;\n}\n'
  } >"$scratch/types.c"
  "${compiler[@]}" -I"$SOURCE_ROOT/include" -I"$built" "${glib[@]}" "$scratch/types.c" -o "$scratch/types" && "$scratch/types"
}

write_symbols() {
  local version
  version=$(sed -nE '1s/^dermaclassify ([0-9.]+)$/\1/p' "$SOURCE_ROOT/NEWS")
  {
    printf '# SPDX-License-Identifier: LGPL-2.1-or-later\n'
    printf '%s libderma0 #MINVER#\n* Build-Depends-Package: libderma-dev\n' "$(soname)"
    exported | while read -r name; do
      grep -m 1 "^ $name@Base " "$symbols_list" 2>/dev/null || printf ' %s@Base %s\n' "$name" "$version"
    done
  } >"$scratch/symbols" && mv "$scratch/symbols" "$symbols_list"
}

write_types() {
  print_types >"$scratch/list" && mv "$scratch/list" "$types_list"
}

soname_is_the_listed_one() {
  grep -q "^$(soname | sed 's/\./\\./g') libderma0 " "$symbols_list" || { echo "$(soname) is not in $symbols_list"; return 1; }
}

# report LISTED FOUND: what differs, and how to say that it should
report() {
  {
    comm -23 "$1" "$2" | sed 's/^/- /'
    comm -13 "$1" "$2" | sed 's/^/+ /'
  } >"$scratch/difference"
  if [ ! -s "$scratch/difference" ]; then return 0; fi
  cat "$scratch/difference"
  if grep -q '^-' "$scratch/difference"; then echo "Programs that are built on the lines with - break."; fi
  echo "$how"
  return 1
}

symbols_are_the_listed_ones() {
  listed "$symbols_list" >"$scratch/listed"
  exported >"$scratch/exported"
  [ -s "$scratch/exported" ] && report "$scratch/listed" "$scratch/exported"
}

types_are_the_listed_ones() {
  sort "$types_list" >"$scratch/listed"
  print_types >"$scratch/unsorted" || { cat "$scratch/unsorted"; return 1; }
  sort "$scratch/unsorted" >"$scratch/found"
  [ "$(wc -l <"$scratch/found")" -gt 100 ] && report "$scratch/listed" "$scratch/found"
}

# The check must see what is wrong.
sees_a_lost_symbol() {
  exported >"$scratch/all"
  { cat "$scratch/all"; echo derma_zzz_lost; } >"$scratch/more"
  ! report "$scratch/more" "$scratch/all" >"$scratch/said" && grep -qx -- '- derma_zzz_lost' "$scratch/said" &&
    grep -q 'break' "$scratch/said"
}

sees_a_new_symbol() {
  exported >"$scratch/all"
  tail -n +2 "$scratch/all" >"$scratch/fewer"
  ! report "$scratch/fewer" "$scratch/all" >"$scratch/said" && grep -q "^+ $(head -n 1 "$scratch/all")\$" "$scratch/said" &&
    ! grep -q 'break' "$scratch/said" && grep -q 'update-abi' "$scratch/said"
}

sees_a_larger_structure() {
  print_types | sort >"$scratch/types-now"
  sed -E 's/^(DermaReading: )([0-9]+)/\19\2/' "$scratch/types-now" | sort >"$scratch/types-then"
  ! report "$scratch/types-then" "$scratch/types-now" >"$scratch/said" && grep -q '^- DermaReading: 9' "$scratch/said"
}

if [ "$update" = --update ]; then
  write_symbols && write_types && exit 0
  exit 1
fi
check "it sees a lost symbol" sees_a_lost_symbol
check "it sees a new symbol" sees_a_new_symbol
check "the library has the listed soname" soname_is_the_listed_one
check "the symbols are the listed ones" symbols_are_the_listed_ones
if [ "$(getconf LONG_BIT)" = 64 ]; then
  check "it sees a larger structure" sees_a_larger_structure
  check "the types are the listed ones" types_are_the_listed_ones
else
  skip "the types are the listed ones" "the list is for 64 bit"
fi
done_testing
