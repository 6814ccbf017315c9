#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-hardening.sh FORTIFIED LIBRARY PLUGIN PROGRAM: how the built files are protected, and what they never call.
# FORTIFIED: true or false, whether they were compiled with _FORTIFY_SOURCE.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
# shellcheck source=tests/project/files.sh
. "$here/files.sh"
fortified=$1
shift
built=("$@")
read -ra compiler <<<"${CC:-cc}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

has_relocations_read_only() {
  readelf -lW "$1" | grep -q GNU_RELRO && readelf -dW "$1" | grep -qE '\((FLAGS|FLAGS_1)\).*NOW'
}

has_no_executable_stack() {
  readelf -lW "$1" | awk '$1 == "GNU_STACK" { found = 1; bad = $0 ~ /RWE/ } END { exit !found || bad }'
}

has_nothing_written_and_executed() {
  readelf -lW "$1" | awk '$1 == "LOAD" && $0 ~ / RWE / { exit 1 }' && ! readelf -dW "$1" | grep -q TEXTREL
}

is_position_independent() {
  readelf -hW "$1" | grep -q 'Type: *DYN'
}

# imports FILE: names of functions that it takes from other libraries
imports() {
  nm -D --undefined-only "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u
}

guards_its_stack() {
  imports "$1" | grep -qx __stack_chk_fail
}

uses_checked_functions() {
  local file
  for file in "${built[@]}"; do imports "$file"; done | grep -qE '^__[a-z]+_chk$'
}

# A function that starts a program or a shell, or opens a connection.
forbidden='system|popen|exec[lv]p?e?|fexecve|posix_spawnp?|v?fork|dlm?open|socket|socketpair|connect|bind|listen|accept4?|getaddrinfo'
forbidden+='|gethostbyname.*|g_spawn_.*|g_subprocess_.*|g_socket_.*|g_resolver_.*|g_network_.*|g_file_new_for_(uri|commandline_arg)'
forbidden+='|g_app_info_launch.*|avformat_network_init|avio_open2?|curl_.*|soup_.*'

# The one program that the command starts, by its name and a list of arguments: img2dcm makes DICOM files.
permitted='g_subprocess_(newv|communicate_utf8|get_successful)|g_spawn_error_quark'
permitted_in=src/tools/dicom.c

calls_none_of_these() {
  local except=NOTHING
  if [ "$(basename "$1")" = derma ]; then except=$permitted; fi
  imports "$1" | grep -xE "$forbidden" | grep -vxE "$except" | none
}

sources_name_none_of_these() {
  local files
  mapfile -t files < <(tracked 'src/*.[ch]' 'gst/*.[ch]' 'include/*.h')
  [ ${#files[@]} -gt 100 ] || return 1
  grep -nE "(^|[^a-zA-Z0-9_])($forbidden) \(" "${files[@]}" | grep -vE "^$permitted_in:.*($permitted) \(" | none
}

starts_one_program() {
  local n
  n=$(grep -c 'g_subprocess_newv (' "$SOURCE_ROOT/$permitted_in")
  [ "$n" -eq 1 ] && grep -qx '#define CONVERTER "img2dcm"' "$SOURCE_ROOT/$permitted_in"
}

# The pipelines start mkvpropedit and, for derma-batch, themselves; by a list of arguments.
pipelines_start_two_programs() {
  local files
  mapfile -t files < <(tracked 'pipelines/*.[ch]')
  [ ${#files[@]} -gt 30 ] || return 1
  cd "$SOURCE_ROOT" || return 1
  ! grep -nE "(^|[^a-zA-Z0-9_])(system|popen|exec[lv]p?e?|posix_spawnp?|fork|socket|connect|bind|listen|getaddrinfo) \(" \
    "${files[@]}" || return 1
  [ "$(grep -hcE 'g_spawn_(sync|async|command_line_a?sync)|g_subprocess_newv? \(' "${files[@]}" | awk '{ n += $1 } END { print n }')" -eq 2 ] \
    && grep -q 'g_spawn_sync (' pipelines/chapters.c && grep -q '"mkvpropedit"' pipelines/chapters.c \
    && grep -q 'crew->plan.program, "--worker"' pipelines/crew.c
}

# What is unprotected must be seen as such.
make_weak_program() {
  cat >"$scratch/weak.c" <<'C'
#include <stdlib.h>
int
main (void)
{
  return system ("true");
}
C
  "${compiler[@]}" -no-pie -fno-pie -fno-stack-protector -U_FORTIFY_SOURCE -Wl,-z,lazy -Wl,-z,norelro -Wl,-z,execstack \
    "$scratch/weak.c" -o "$scratch/weak"
}

refuses() {
  ! "$@" >/dev/null 2>&1
}

if make_weak_program 2>/dev/null; then
  for each in has_relocations_read_only has_no_executable_stack is_position_independent guards_its_stack calls_none_of_these; do
    check "a weak program fails: ${each//_/ }" refuses "$each" "$scratch/weak"
  done
else
  skip "a weak program fails" "the compiler does not make one"
fi
for file in "${built[@]}"; do
  name=$(basename "$file")
  check "$name: relocations are read-only once it is loaded" has_relocations_read_only "$file"
  check "$name: the stack is not executable" has_no_executable_stack "$file"
  check "$name: nothing is both written and executed" has_nothing_written_and_executed "$file"
  check "$name: it can lie anywhere in memory" is_position_independent "$file"
  check "$name: it guards its stack" guards_its_stack "$file"
  check "$name: it starts no program and opens no connection" calls_none_of_these "$file"
done
if [ "$fortified" = true ]; then
  check "functions of the C library are the checked ones" uses_checked_functions
else
  skip "functions of the C library are the checked ones" "this build is not optimised"
fi
check "no source opens a connection or starts a program, but one" sources_name_none_of_these
check "that one starts img2dcm" starts_one_program
check "the pipelines start mkvpropedit and themselves" pipelines_start_two_programs
done_testing
