#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-package.sh BUILD: whether the Debian packages would have all that is installed, and are built of what the project
# needs. tests/package/build makes them; this looks at what they are made of, which takes no time.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
build=$1
debian=$SOURCE_ROOT/tests/package/debian
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

packages() {
  sed -n 's/^Package: //p' "$debian/control"
}

# Where meson puts things, with the folders that Debian has.
installed() {
  local prefix libdir
  prefix=$(meson introspect --buildoptions "$build" | python3 -c '
import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
  libdir=$(meson introspect --buildoptions "$build" | python3 -c '
import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "libdir"))')
  meson introspect --installed "$build" | python3 -c '
import json, sys
print("\n".join(json.load(sys.stdin).values()))' | sed "s|^$prefix/||; s|^$libdir/|lib/ARCH/|; s|^|usr/|"
}

# covered_by PATH: the packages that take it
covered_by() {
  local path=$1 name pattern
  for name in $(packages); do
    while read -r pattern; do
      # shellcheck disable=SC2053
      if [[ $path == $pattern || $path == $pattern/* ]]; then printf '%s\n' "$name"; fi
    done <"$debian/$name.install"
  done
}

everything_is_in_one_package() {
  local path n
  installed >"$scratch/installed"
  [ "$(wc -l <"$scratch/installed")" -gt 20 ] || return 1
  while read -r path; do
    n=$(covered_by "$path" | wc -l)
    [ "$n" -eq 1 ] || echo "$path is in $n packages"
  done <"$scratch/installed" | none
}

sees_what_is_in_none() {
  [ -z "$(covered_by usr/share/nonsense)" ] && [ "$(covered_by usr/bin/derma)" = derma-tools ] &&
    [ "$(covered_by usr/include/derma/model.h)" = libderma-dev ]
}

every_package_has_files() {
  local name
  for name in $(packages); do [ -s "$debian/$name.install" ] || echo "$name has none"; done | none
}

builds_with_what_the_project_needs() {
  local name
  sed -n '/^Build-Depends:/,/^[A-Z]/p' "$debian/control" | sed -nE 's/^ ([a-z0-9.+-]+).*/\1/p' >"$scratch/depends"
  sed -n '/^\[run\]/,/^$/p' "$SOURCE_ROOT/pipelines/packages" | grep -E -- '-dev$|^protobuf-c-compiler$|^meson$' |
    grep -v '^libc6-dev$' | while read -r name; do
    grep -qx -- "$name" "$scratch/depends" || echo "$name is not in Build-Depends"
  done | none
}

non_free_is_apart() {
  awk '/^Package:/ { name = $2 } /^Section: non-free/ { print name }' "$debian/control" >"$scratch/non-free"
  [ "$(cat "$scratch/non-free")" = derma-models ] &&
    ! grep -qE '^(Pre-)?Depends:.*derma-models( |,|$)|^Recommends:.*derma-models( |,|$)' "$debian/control"
}

check "it sees what is in no package" sees_what_is_in_none
check "every package has files" every_package_has_files
check "everything that is installed is in one package" everything_is_in_one_package
check "the packages are built with what the project needs" builds_with_what_the_project_needs
check "what is not free is apart" non_free_is_apart
done_testing
