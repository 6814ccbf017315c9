# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by the tests of this folder: which files the project consists of. $SOURCE_ROOT is its folder.

# tracked PATTERN...: the files of the project whose names match, with or without git
tracked() {
  local list
  cd "$SOURCE_ROOT" || return 1
  list=$(git ls-files --cached --others --exclude-standard 2>/dev/null) ||
    list=$(find . -type f -not -path './build*' -not -path './.git/*' -printf '%P\n')
  printf '%s\n' "$list" | sort -u | while read -r file; do
    [ -f "$file" ] || continue
    for pattern in "$@"; do
      # shellcheck disable=SC2254
      case $file in $pattern) printf '%s\n' "$file" && break ;; esac
    done
  done
}
