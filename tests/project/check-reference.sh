#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-reference.sh DOXYFILE: the reference of the API has everything that libderma exports, and says what it is.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
doxyfile=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

makes_it() {
  { cat "$doxyfile"; echo "OUTPUT_DIRECTORY = $scratch"; echo "GENERATE_XML = YES"; } >"$scratch/Doxyfile"
  doxygen "$scratch/Doxyfile" && [ -s "$scratch/html/index.html" ]
}

has_every_symbol() {
  local name
  sed -nE 's/^ ([a-z0-9_]+)@Base .*/\1/p' "$here/libderma.symbols" | while read -r name; do
    grep -q "<name>$name</name>" "$scratch"/xml/*_8h.xml || echo "$name is not in it"
  done | none
}

filters_comments() {
  local page=$scratch/xml/model_8h.xml
  grep -q '<parametername>sha256</parametername>' "$page" && grep -q '<simplesect kind="return">' "$page" &&
    ! grep -qE '@path:|Returns:|/\*\*' "$page"
}

mentions_nothing_hidden() {
  ! grep -q 'derma_ir_' "$scratch"/xml/*.xml
}

if ! command -v doxygen >/dev/null; then
  skip "the reference is made" "doxygen is not installed"
else
  check "the reference is made" makes_it
  check "it has every symbol" has_every_symbol
  check "comments in gtk-doc's form are understood" filters_comments
  check "it has nothing of the inside" mentions_nothing_hidden
fi
done_testing
