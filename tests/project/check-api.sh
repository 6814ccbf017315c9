#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-api.sh LIBRARY BUILT_INCLUDES: the face of libderma: its headers and its symbols.
set -u
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
library=$1
built=$2
read -ra compiler <<<"${CC:-cc}"
read -ra glib < <(pkg-config --cflags glib-2.0 gio-2.0)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# compiles FILE: without a warning, as any user's C11
compiles() {
  "${compiler[@]}" -std=c11 -Wall -Wextra -Werror -Wno-unused-function -fsyntax-only -I"$SOURCE_ROOT/include" -I"$built" "${glib[@]}" -x c "$1"
}

header_stands_alone() {
  printf '#include <derma/%s>\n#include <derma/%s>\n' "$1" "$1" >"$scratch/alone.c"
  compiles "$scratch/alone.c"
}

refuses_a_broken_header() {
  printf 'DermaNoSuchThing *thing;\n' >"$scratch/broken.c"
  ! compiles "$scratch/broken.c" 2>/dev/null
}

symbols() {
  nm -D --defined-only "$library" | awk '$2 ~ /[TDBRVW]/ { print $3 }'
}

exports_only_its_own() {
  symbols | grep -v '^derma_' | none
}

exports_what_headers_declare() {
  grep -hoE 'DERMA_API.*[ *](derma_[a-z0-9_]+) \(' "$SOURCE_ROOT"/include/derma/*.h |
    sed -E 's/.*[ *](derma_[a-z0-9_]+) \($/\1/' | sort -u >"$scratch/declared"
  symbols | sort -u >"$scratch/exported"
  comm -13 "$scratch/declared" "$scratch/exported" | sed 's/^/exported but not declared: /' | none &&
    comm -23 "$scratch/declared" "$scratch/exported" | sed 's/^/declared but not exported: /' | none
}

check "the check refuses a broken header" refuses_a_broken_header
for header in "$SOURCE_ROOT"/include/derma/*.h; do
  check "$(basename "$header") compiles alone" header_stands_alone "$(basename "$header")"
done
check "libderma exports only derma_ symbols" exports_only_its_own
check "libderma exports what its headers declare" exports_what_headers_declare
done_testing
