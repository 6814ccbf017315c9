#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-readme.sh PHANTOM: whether what the documents say is so.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
phantom=$(realpath "$1")
readme=$SOURCE_ROOT/README.md
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

links_lead_somewhere() {
  local link
  grep -ohE '\]\([^)#]+\)' "$SOURCE_ROOT"/*.md | sed 's/^](//; s/)$//' | grep -v '^https\?:' | sort -u |
    while read -r link; do [ -e "$SOURCE_ROOT/$link" ] || echo "$link"; done | none
}

says_research_use() {
  grep -q 'not a medical device' "$readme" && grep -q 'not a diagnosis' "$readme"
}

# What the first table under the heading names.
documented_properties() {
  sed -n '/^### Properties of `dermaclassify`/,/^$/s/^| `\([a-z-]*\)` |.*/\1/p' "$readme" | sort
}

real_properties() {
  gst-inspect-1.0 dermaclassify | sed -nE '/^Element Properties/,$s/^  ([a-z-]+) +: .*/\1/p' |
    grep -vE '^(name|parent)$' | sort
}

properties_are_the_real_ones() {
  documented_properties >documented
  real_properties >real
  [ -s real ] && diff documented real
}

options_are_the_real_ones() {
  local option
  sed -n '/^pipelines\/live \[/,/^```/p' "$readme" | grep -oE -- '--[a-z-]+' | while read -r option; do
    "$SOURCE_ROOT/pipelines/live" --help | grep -q -- "$option" || echo "$option"
  done | none
}

picture_is_small() {
  [ "$(stat -c %s "$SOURCE_ROOT/pipelines/overlay.png" || echo 999999999)" -lt 300000 ]
}

# The line of the README that needs no camera, on a picture of ours.
launch_line_posts_a_reading() {
  "$phantom" lesion.png 256 256 && gst-launch-1.0 -q filesrc location=lesion.png ! pngdec ! videoconvert ! jpegenc ! \
    filesink location=lesion.jpg || return 1
  grep -m 1 '^gst-launch-1.0 -m filesrc location=lesion.jpg' "$readme" >line.sh
  bash line.sh | grep -q 'dermaclassify, .*probabilities='
}

version_is_in_the_news() {
  grep -q "^dermaclassify $(sed -nE "s/^  version: '([0-9.]+)',/\1/p" "$SOURCE_ROOT/meson.build")\$" "$SOURCE_ROOT/NEWS"
}

check "links lead somewhere" links_lead_somewhere
check "the README says what the project is not" says_research_use
check "the options of pipelines/live exist" options_are_the_real_ones
check "the picture is there and small" picture_is_small
check "the version is in the news" version_is_in_the_news
if [ -n "${DERMA_UNDER:-}" ]; then
  skip "the properties are the real ones" "GStreamer's programs do not run with a sanitizer's plugin"
else
  check "the properties are the real ones" properties_are_the_real_ones
  check "the launch line posts a reading" launch_line_posts_a_reading
fi
done_testing
