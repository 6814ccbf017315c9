#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-run.sh PLAYER...: the seeds that the players write, and the command line of tests/fuzz/run.
set -u
# shellcheck source=tests/tap.sh
. "$SOURCE_ROOT/tests/tap.sh"
players=("$@")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
run=$SOURCE_ROOT/tests/fuzz/run

every_target_has_a_player() {
  local names=()
  for player in "${players[@]}"; do names+=("${player##*/replay-}"); done
  diff <(printf '%s\n' "${names[@]}" | sort) <("$run" --list | sort)
}

writes_seeds() {
  for player in "${players[@]}"; do
    "$player" --write "$folder/${player##*/replay-}" || return 1
    [ "$(find "$folder/${player##*/replay-}" -type f | wc -l)" -ge 10 ] || return 1
  done
}

has_enough() {
  local n
  n=$(find "$folder" -type f | wc -l)
  echo "$n seeds"
  [ "$n" -ge 150 ]
}

are_small() {
  [ -z "$(find "$folder" -type f -size +2048c -print)" ]
}

differ() {
  [ -z "$(find "$folder" -type f -exec sha256sum {} + | awk -v folder="$folder" '{
    sub(folder "/", "", $2); split($2, part, "/"); print part[1], $1 }' | sort | uniq -d)" ]
}

are_the_same_again() {
  local name=${players[0]##*/replay-}
  "${players[0]}" --write "$folder/again" && diff -r "$folder/$name" "$folder/again"
}

fails_where_it_cannot_write() {
  : >"$folder/file"
  ! "${players[0]}" --write "$folder/file" 2>"$folder/message" && [ "$(wc -l <"$folder/message")" -eq 1 ]
}

tells_what_is_not_there() {
  "${players[0]}" "$folder/nothing" | grep -q '^not ok .*nothing'
}

helps() {
  "$run" --help | grep -q -- '--minutes'
}

# refuses WORD...: exit status 2 and one line
refuses() {
  "$run" "$@" >"$folder/output" 2>"$folder/message"
  [ $? -eq 2 ] && [ ! -s "$folder/output" ] && [ "$(wc -l <"$folder/message")" -eq 1 ]
}

check "every target has a player" every_target_has_a_player
check "each writes ten seeds or more" writes_seeds
check "there are at least 150" has_enough
check "none is larger than 2 KiB" are_small
check "those of a target differ" differ
check "they are the same each time" are_the_same_again
check "a folder that cannot be made is an error" fails_where_it_cannot_write
check "a file that is not there is a failed case" tells_what_is_not_there
check "--help helps" helps
check "an unknown target is refused" refuses nothing
check "an unknown option is refused" refuses --hurry
check "no time is refused" refuses --minutes 0
check "a time that is none is refused" refuses --minutes soon
check "a number of jobs that is none is refused" refuses --jobs many
check "an option without a value is refused" refuses --cache
done_testing
