#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-inspect.sh PLUGIN: what gst-inspect-1.0 and software centres tell of the plugin is complete.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
plugin=$1
metainfo=$SOURCE_ROOT/gst/org.dermaclassify.derma.metainfo.xml
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

elements() {
  gst-inspect-1.0 "$plugin" | sed -nE 's/^  (derma[a-z]+): .*/\1/p'
}

# own_properties ELEMENT: what it does not have from a class of GStreamer's
own_properties() {
  gst-inspect-1.0 "$1" | sed -nE '/^Element Properties/,/^(Element Signals|Element Actions|Children)/s/^  ([a-z0-9-]+) +: .*/\1/p' |
    grep -vxE 'name|parent|async-handling|message-forward|qos'
}

plugin_is_described() {
  gst-inspect-1.0 "$plugin" >"$scratch/plugin" || return 1
  local field
  for field in Description Version License 'Source module' 'Binary package' 'Origin URL'; do
    grep -qE "^  $field +[^ ]" "$scratch/plugin" || echo "$field is empty"
  done | none
}

element_is_described() {
  local field
  gst-inspect-1.0 "$1" >"$scratch/element" || return 1
  for field in Long-name Klass Description Author; do
    grep -qE "^  $field +[^ ]" "$scratch/element" || echo "$field is empty"
  done | none && grep -q 'Pad Templates:' "$scratch/element"
}

properties_have_a_blurb() {
  sed -n '/^Element Properties/,$p' "$scratch/element" | grep -E '^  [a-z0-9-]+ +:( *| *\(null\) *)$' | none
}

# Properties and signals have a comment of their own in the sources that says since when.
everything_says_since_when() {
  local name
  for name in $(own_properties "$1"); do
    awk -v want=" * $1:$name:" '
      $0 ~ /^ *\/\*\*$/ { inside = 0 }
      index($0, want) { inside = 1; found = 1 }
      inside && /Since: [0-9]+\.[0-9]+/ { since = 1 }
      /\*\// { inside = 0 }
      END { exit !(found && since) }' "$SOURCE_ROOT"/gst/*.c || echo "$1:$name has no comment with Since:"
  done | none
}

properties_are_found() {
  [ "$(own_properties dermaclassify | wc -l)" -ge 15 ] && own_properties dermaclassify | grep -qx model-sha256
}

element_has_a_page() {
  grep -q "SECTION:element-$1\$" "$SOURCE_ROOT"/gst/*.c && grep -rlE "SECTION:element-$1\$" "$SOURCE_ROOT"/gst/*.c |
    xargs grep -l 'gst-launch-1.0' | grep -q .
}

every_element_is_loaded_by_name() {
  diff <(elements | sort) <(sed -nE 's/.*GST_ELEMENT_REGISTER \(([a-z]+), .*/\1/p' "$SOURCE_ROOT/gst/plugin.c" | sort)
}

metainfo_is_valid() {
  # Newer ones warn that there is no home page; there is none.
  appstreamcli validate --no-net "$metainfo" >"$scratch/said" || ! grep -E '^E:|^W:' "$scratch/said" | grep -v url-homepage-missing
}

refuses_bad_metainfo() {
  sed 's/type="codec"/type="nonsense"/; /<name>/d' "$metainfo" >"$scratch/org.dermaclassify.derma.metainfo.xml"
  ! appstreamcli validate --no-net "$scratch/org.dermaclassify.derma.metainfo.xml"
}

check "properties are found" properties_are_found
check "the plugin is described" plugin_is_described
check "the elements are those that are registered" every_element_is_loaded_by_name
for element in $(elements); do
  check "$element is described" element_is_described "$element"
  check "$element says what its properties are" properties_have_a_blurb
  check "$element has a page with an example" element_has_a_page "$element"
  check "properties of $element say since when" everything_says_since_when "$element"
done
if command -v appstreamcli >/dev/null; then
  check "the metainfo is valid" metainfo_is_valid
  check "bad metainfo is refused" refuses_bad_metainfo
else
  skip "the metainfo is valid" "appstreamcli is not installed"
fi
done_testing
