#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What every file of the project must be like.
set -u
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
# shellcheck source=tests/project/files.sh
. "$here/files.sh"

MAX_LINES=600
MAX_FUNCTION=80

mapfile -t sources < <(tracked '*.c' '*.h')
mapfile -t texts < <(tracked '*.c' '*.h' '*.in' '*.sh' '*.css' '*.py' '*.md' '*.build' '*meson_options.txt' '*.proto' 'pipelines/*' \
  '*.dict' tests/run tests/fuzz/run tests/mutation/run tests/tally .ci/run NEWS | grep -v '\.png$')
starters=(pipelines/batch pipelines/live pipelines/paint-overlay pipelines/record pipelines/replay tests/run tests/debian13
  tests/coverage tests/fuzz/run tests/package/build .ci/run)
mapfile -t scripts < <(tracked '*.sh' "${starters[@]}")
mapfile -t licensed < <(tracked '*.c' '*.css' '*.h' '*.in' '*.sh' '*.py' '*.build' '*meson_options.txt' '*.proto' '*.dict' '*.sed' \
  pipelines/packages tests/mutation/run tests/tally "${starters[@]}")

there_are_files() {
  [ ${#sources[@]} -gt 10 ] && [ ${#scripts[@]} -ge 5 ] && [ ${#licensed[@]} -gt 20 ]
}

names_its_licence() {
  local file
  for file in "${licensed[@]}"; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' || echo "$file"
  done | none
}

names_no_machine_path() {
  grep -nE '(^|[^A-Za-z0-9_.$}/-])/(home|work|root|Users|mnt|srv|var/tmp)/[A-Za-z0-9]' "${texts[@]}" |
    grep -v '^tests/project/check-files.sh:' | none
}

has_no_unfinished_marks() {
  grep -nE '\b(TODO|FIXME|XXX|HACK)\b' "${texts[@]}" | grep -v '^tests/project/check-files.sh:' |
    grep -v '^tests/\(summary\|project/test_summary\).py:' | grep -v XXXXXX | none
}

is_not_long() {
  wc -l "${sources[@]}" | awk -v most="$MAX_LINES" '$2 != "total" && $1 > most { print $2 ": " $1 " lines" }' | none
}

has_no_long_function() {
  printf '%s\n' "${sources[@]}" |
    ctags -L - -f - --languages=C --langmap=C:.c.h --kinds-C=f --fields=+ne |
    awk -F'\t' -v most="$MAX_FUNCTION" '{
      line = end = 0
      for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) line = substr($i, 6); if ($i ~ /^end:/) end = substr($i, 5) }
      if (end - line + 1 > most) print $2 ":" line ": " $1 " has " end - line + 1 " lines"
    }' | none
}

is_formatted() {
  local file
  for file in "${sources[@]}"; do
    "$formatter" "$file" | cmp -s - "$file" || echo "$file: run clang-format -i on it"
  done | none
}

is_sound_shell() {
  shellcheck -x "${scripts[@]}"
}

has_no_trailing_blanks() {
  grep -nE '[[:blank:]]+$' "${texts[@]}" | none
}

cd "$SOURCE_ROOT" || exit 1
check "the files are found" there_are_files
check "every source names its licence" names_its_licence
check "no file names a path of somebody's machine" names_no_machine_path
check "no file has unfinished marks" has_no_unfinished_marks
check "no line ends in blanks" has_no_trailing_blanks
check "no C file is longer than $MAX_LINES lines" is_not_long
if ctags --version 2>/dev/null | grep -q Universal; then
  check "no function is longer than $MAX_FUNCTION lines" has_no_long_function
else
  skip "no function is longer than $MAX_FUNCTION lines" "Universal Ctags is not installed"
fi
formatter=
for name in clang-format-14 clang-format; do
  if [ -z "$formatter" ] && "$name" --version 2>/dev/null | grep -q 'version 14\.'; then formatter=$name; fi
done
if [ -n "$formatter" ]; then
  check "C is formatted" is_formatted
else
  skip "C is formatted" "clang-format 14 is not installed, and other versions format differently"
fi
if command -v shellcheck >/dev/null; then
  check "shellcheck finds nothing" is_sound_shell
else
  skip "shellcheck finds nothing" "shellcheck is not installed"
fi
done_testing
