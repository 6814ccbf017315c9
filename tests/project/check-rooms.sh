#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may include whom: libderma knows no GStreamer, one room knows XNNPACK, a room knows only the rooms before it.
set -u
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
# shellcheck source=tests/project/files.sh
. "$here/files.sh"

rooms=(model graph image evidence camera tools)

# The room that a public header belongs to; nothing for those of no room.
room_of_header() {
  case $1 in
    classes | metadata | model) echo model ;;
    graph) echo graph ;;
    frame | picture | sampler) echo image ;;
    classifier | reading | shutter | sidecar | snapshot) echo evidence ;;
    camera) echo camera ;;
    derma) echo tools ;;
  esac
}

rank_of() {
  local i
  for i in "${!rooms[@]}"; do
    [ "${rooms[$i]}" != "$1" ] || echo "$i"
  done
}

# shellcheck disable=SC2046 # names without blanks
library_knows_no_gstreamer() {
  grep -nE '#[[:blank:]]*include[[:blank:]]*[<"]gst/' $(tracked 'src/*.[ch]' 'include/*.h') | none
}

# shellcheck disable=SC2046
one_room_knows_xnnpack() {
  grep -nE '#[[:blank:]]*include[[:blank:]]*[<"](xnnpack|pthreadpool)' $(tracked '*.c' '*.h') | grep -v '^src/graph/' | none
}

# shellcheck disable=SC2046
public_headers_are_self_contained() {
  grep -nE '#[[:blank:]]*include' $(tracked 'include/derma/*.h') | grep -vE '<(derma/[a-z-]+|glib(-object)?|gio/gio)\.h>' | none
}

# includes_of FILE: the rooms that its includes name
includes_of() {
  local name
  sed -nE 's/^#[[:blank:]]*include[[:blank:]]*"([a-z]+)\/.*/\1/p' "$1"
  sed -nE 's/^#[[:blank:]]*include[[:blank:]]*<derma\/([a-z]+)\.h>.*/\1/p' "$1" | while read -r name; do
    room_of_header "$name"
  done
}

knows_only_rooms_before() {
  local room=$1 file other rank mine
  mine=$(rank_of "$room")
  for file in $(tracked "src/$room/*.[ch]"); do
    for other in $(includes_of "$file"); do
      rank=$(rank_of "$other")
      if [ -n "$rank" ] && [ "$rank" -gt "$mine" ]; then echo "$file includes of $other"; fi
    done
  done | none
}

# The check itself must see what is wrong.
sees_a_wrong_include() {
  local file
  file=$(mktemp)
  printf '#include "evidence/softmax.h"\n#include <derma/sampler.h>\n' >"$file"
  [ "$(includes_of "$file" | xargs)" = "evidence image" ] || return 1
  rm -f "$file"
}

cd "$SOURCE_ROOT" || exit 1
check "the check sees includes" sees_a_wrong_include
check "src and include know no GStreamer" library_knows_no_gstreamer
check "only src/graph includes xnnpack.h" one_room_knows_xnnpack
check "public headers include only GLib and each other" public_headers_are_self_contained
for room in "${rooms[@]}"; do
  if [ -d "src/$room" ]; then check "src/$room includes only rooms before it" knows_only_rooms_before "$room"; fi
done
done_testing
