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

# The tests that the note on security names.
tests_are_there() {
  local name prefix='' names
  mapfile -t names < <(sed -n '/^## Security/,/^## /p' "$SOURCE_ROOT/CONTRIBUTING.md" | grep -oE '`(test)?-[a-z-]+`' | tr -d '\140')
  [ ${#names[@]} -ge 10 ] || return 1
  for name in "${names[@]}"; do
    # A name without test continues the one before it.
    case $name in test-*) prefix=${name%-*} ;; -*) name=$prefix$name ;; esac
    compgen -G "$SOURCE_ROOT/tests/*/$name.*" >/dev/null || echo "$name"
  done | none
}

# limit WORDS FILE PATTERN: the note on security says WORDS, and the source has them so
limit() {
  grep -q "$1" "$SOURCE_ROOT/CONTRIBUTING.md" && grep -qE "$3" "$SOURCE_ROOT/$2" || echo "$1"
}

limits_are_the_real_ones() {
  local limits=src/model/model-limits.h
  {
    limit '256 MiB of file' "$limits" 'LIMIT_FILE_BYTES \(256u << 20\)'
    limit 'unpacked 4 times that and 16 MiB' "$limits" 'UNPACK_FACTOR 4u'
    limit '16384 nodes' "$limits" 'LIMIT_NODES 16384u'
    limit '65536 tensors' "$limits" 'LIMIT_TENSORS 65536u'
    limit '16 outputs' "$limits" 'LIMIT_OUTPUTS 16u'
    limit '4096 a side' "$limits" 'LIMIT_SIDE 4096 '
    limit '2^27 values a tensor' "$limits" 'LIMIT_ELEMENTS \(1 << 27\)'
    limit '1 GiB of constants' "$limits" 'CONSTANT_BYTES \(1ull << 30\)'
    limit '2^29 in all activations' "$limits" 'ACTIVATION_ELEMENTS \(1ull << 29\)'
    limit '10^11 multiply-accumulates' "$limits" 'LIMIT_MACS 100000000000ull'
    limit '1024 metadata entries of 64 KiB' "$limits" 'METADATA_ENTRIES 1024u'
    limit 'labels of 64 bytes' "$limits" 'LABEL_BYTES 64u'
    limit '64 MiB, 16384 a side' src/image/picture.c 'MAX_BYTES \(64 \* 1024 \* 1024\)'
    limit '200 scans of a JPEG' src/image/jpeg.c 'MAX_SCANS 200'
    limit '4 million readings' src/tools/session.c 'MAX_READINGS 4000000'
    limit '2000 lesions' src/tools/session.c 'MAX_LESIONS 2000'
    limit '256 controls of 64 items' src/camera/control-list.c 'MAX_CONTROLS 256'
  } | none
}

sees_a_wrong_limit() {
  [ "$(limit '256 MiB of file' src/model/model-limits.h 'LIMIT_FILE_BYTES 7')" = '256 MiB of file' ] &&
    [ "$(limit '257 MiB of file' src/model/model-limits.h 'LIMIT_FILE_BYTES')" = '257 MiB of file' ]
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
check "the tests that the note on security names are there" tests_are_there
check "it sees a wrong limit" sees_a_wrong_limit
check "the limits in the note on security are the real ones" limits_are_the_real_ones
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
