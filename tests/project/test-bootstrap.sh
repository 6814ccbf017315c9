#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of pipelines/bootstrap.sh and of the command lines of pipelines/live and tests/run, with a Debian of paper:
# dpkg-query, apt-get, apt-cache, sudo and id are scripts that say what they were asked.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/bin" "$scratch/project/pipelines"

# fake NAME TEXT: a program of that name in front of the real one
fake() {
  printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

new_machine() {
  : >"$scratch/calls"
  fake dpkg-query 'printf "here installed\nhalf half-installed\n"; exit 1'
  fake apt-get "echo \"apt-get \$*\" >>'$scratch/calls'"
  fake apt-cache '[ "$2" = rare ]'
  fake sudo "echo sudo >>'$scratch/calls'; exec \"\$@\""
  fake id 'echo 0'
  printf '# a list\n\n[run]\nhere\nhalf\nlacking\n[more]\nrare?\nnowhere?\n' >"$scratch/project/pipelines/packages"
}

# install SECTION...: runs install_packages on the new machine, strictly as pipelines/live does
install() {
  root=$scratch/project program=it PATH=$scratch/bin:$PATH bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; install_packages $*"
}

reads_sections() {
  [ "$(root=$scratch/project program=it bash -c ". '$here/../../pipelines/bootstrap.sh'; packages_in more run" | xargs)" = \
    "rare? nowhere? here half lacking" ]
}

installs_what_is_missing() {
  new_machine
  install run 2>"$scratch/said" || return 1
  grep -q 'it: installing with apt-get: half lacking$' "$scratch/said" &&
    grep -q '^apt-get install -y -q --no-install-recommends .*=600 half lacking$' "$scratch/calls" && ! grep -q sudo "$scratch/calls"
}

installs_optional_ones_that_exist() {
  new_machine
  install more 2>"$scratch/said" || return 1
  grep -q 'recommends .*=600 rare$' "$scratch/calls" && ! grep -q nowhere "$scratch/calls"
}

leaves_a_complete_machine_alone() {
  new_machine
  printf '[run]\nhere\n' >"$scratch/project/pipelines/packages"
  install run && [ ! -s "$scratch/calls" ]
}

asks_sudo_if_not_root() {
  new_machine
  fake id 'echo 1000'
  install run 2>/dev/null && grep -q sudo "$scratch/calls" && grep -q 'install .* lacking' "$scratch/calls"
}

says_what_to_do_without_sudo() {
  new_machine
  fake id 'echo 1000'
  rm "$scratch/bin/sudo"
  ln -sf "$(type -P bash)" "$scratch/bin/bash"
  for tool in awk echo grep sed xargs; do ln -sf "$(type -P "$tool")" "$scratch/bin/$tool"; done
  said=$(root=$scratch/project program=it PATH=$scratch/bin bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; install_packages run" 2>&1) && return 1
  [ "$said" = "it: packages are missing, and there is no sudo; as root: apt-get install half lacking" ] || { echo "$said"; return 1; }
}

needs_no_sudo_for_what_the_release_lacks() {
  new_machine
  fake id 'echo 1000'
  rm "$scratch/bin/sudo"
  said=$(root=$scratch/project program=it PATH=$scratch/bin bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; install_packages more && echo went on" 2>&1)
  [ "$said" = "went on" ] || { echo "$said"; return 1; }
  [ ! -s "$scratch/calls" ]
}

leaves_a_folder_of_something_else_alone() {
  new_machine
  fake meson 'echo meson >&2; exit 1'
  mkdir -p "$scratch/mine"
  echo precious >"$scratch/mine/notes"
  said=$(root=$scratch/project program=it PATH=$scratch/bin:$PATH bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; build_in '$scratch/mine'" 2>&1) && return 1
  [ "$(cat "$scratch/mine/notes")" = precious ] || return 1
  case $said in *"$scratch/mine: is there, and is no folder of a build"*) ;; *) echo "$said"; return 1 ;; esac
}

begins_anew_where_a_configuration_failed() {
  new_machine
  fake meson 'mkdir -p "$2"; touch "$2/build.ninja"'
  fake ninja true
  mkdir -p "$scratch/failed/meson-private" "$scratch/empty"
  for folder in failed empty; do
    root=$scratch/project program=it PATH=$scratch/bin:$PATH bash -euo pipefail -c \
      ". '$here/../../pipelines/bootstrap.sh'; build_in '$scratch/$folder'" 2>"$scratch/said" || return 1
    [ -e "$scratch/$folder/build.ninja" ] && [ ! -e "$scratch/$folder/meson-private" ] || return 1
  done
}

# build FOLDER: runs build_in on the new machine
build() {
  root=$scratch/project program=it PATH=$scratch/bin:$PATH bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; build_in '$1'"
}

# The second one neither removes what the first has begun nor configures anew. The first goes on once the second waits for it.
two_at_once_build_once() {
  local first folder=$scratch/shared
  new_machine
  fake meson "mkdir \"\$2/meson-private\" && echo meson >>'$scratch/calls' && waits && touch \"\$2/meson-private/whole\" \"\$2/build.ninja\""
  fake waits "for _ in \$(seq 1200); do grep -q waiting '$scratch/second' && exit 0; sleep 0.05; done; exit 1"
  fake ninja "echo ninja >>'$scratch/calls'; [ -e \"\$2/meson-private/whole\" ]"
  : >"$scratch/second"
  mkdir "$folder" && { build "$folder" >"$scratch/first" 2>&1 & } && first=$!
  for _ in $(seq 1200); do [ -e "$folder/meson-private" ] || sleep 0.05; done
  build "$folder" >"$scratch/second" 2>&1 || { cat "$scratch/second"; return 1; }
  wait "$first" || { cat "$scratch/first"; return 1; }
  grep -q '^it: waiting for another program that builds in ' "$scratch/second" && [ "$(xargs <"$scratch/calls")" = "meson ninja ninja" ]
}

# What runs for long does not keep others from building.
lock_ends_with_the_build() {
  new_machine
  fake ninja true
  mkdir "$scratch/done" && touch "$scratch/done/build.ninja"
  root=$scratch/project program=it PATH=$scratch/bin:$PATH timeout 60 bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; build_in '$scratch/done'; exec flock -n '$scratch/done' true"
}

shows_the_log_of_a_failure() {
  new_machine
  fake apt-get 'echo "E: no network"; exit 100'
  said=$(install run 2>&1) && return 1
  case $said in *"E: no network"*"apt-get update failed; the whole log is "*) ;; *) echo "$said"; return 1 ;; esac
}

shows_the_log_of_a_broken_build() {
  new_machine
  fake meson 'echo "meson.build:1: not good"; exit 1'
  said=$(root=$scratch/project program=it PATH=$scratch/bin:$PATH bash -euo pipefail -c \
    ". '$here/../../pipelines/bootstrap.sh'; build_in '$scratch/build'" 2>&1) && return 1
  case $said in *"not good"*"meson setup failed"*) ;; *) echo "$said"; return 1 ;; esac
}

every_package_has_a_plain_name() {
  grep -vE '^(#.*|\[[a-z]+\]|[a-z0-9][a-z0-9.+-]+\??|)$' "$here/../../pipelines/packages" | none
}

helps_without_installing() {
  new_machine
  PATH=$scratch/bin:$PATH "$here/../../pipelines/live" --no-display --help | grep -q -- '--output FILE.mkv' || return 1
  PATH=$scratch/bin:$PATH "$here/../run" --help | grep -q -- '--quick' && [ ! -s "$scratch/calls" ]
}

# refuses ARGUMENT...: tests/run ends with 2 and one line, and does nothing
refuses() {
  new_machine
  said=$(PATH=$scratch/bin:$PATH "$here/../run" "$@" 2>&1)
  [ $? -eq 2 ] && [ "$(printf '%s\n' "$said" | wc -l)" -eq 1 ] && [ ! -s "$scratch/calls" ]
}

new_machine
check "sections of the list are read" reads_sections
check "what is missing is installed, and that is said" installs_what_is_missing
check "optional packages are installed where they exist" installs_optional_ones_that_exist
check "a complete machine is left alone" leaves_a_complete_machine_alone
check "sudo is used by those who are not root" asks_sudo_if_not_root
check "without sudo the command is named" says_what_to_do_without_sudo
check "what the release lacks needs no sudo" needs_no_sudo_for_what_the_release_lacks
check "a folder of something else is refused" leaves_a_folder_of_something_else_alone
check "a failed configuration is begun anew" begins_anew_where_a_configuration_failed
check "two at once build one after the other" two_at_once_build_once
check "the lock ends with the build" lock_ends_with_the_build
check "a failed installation shows its log" shows_the_log_of_a_failure
check "a failed build shows its log" shows_the_log_of_a_broken_build
check "the list is well-formed" every_package_has_a_plain_name
check "help needs nothing installed" helps_without_installing
check "tests/run refuses an unknown suite" refuses everything
check "tests/run refuses an unknown option" refuses --fast
check "tests/run refuses an unknown setup" refuses --setup msan
check "tests/run refuses a setup without a name" refuses --setup
done_testing
