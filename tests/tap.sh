# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by tests that are scripts: cases in the Test Anything Protocol.

tap_count=0
tap_failed=0

# check NAME COMMAND...: a case that passes if the command succeeds; what it prints goes to standard error if it does not
check() {
  local name=$1 output
  shift
  tap_count=$((tap_count + 1))
  if output=$("$@" 2>&1); then
    printf 'ok %d %s\n' "$tap_count" "$name"
  else
    tap_failed=$((tap_failed + 1))
    printf 'not ok %d %s\n' "$tap_count" "$name"
    printf '%s\n' "$output" | sed 's/^/# /' >&2
  fi
}

# skip NAME WHY: a case that cannot be tried here
skip() {
  tap_count=$((tap_count + 1))
  printf 'ok %d %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# done_testing: ends the test
done_testing() {
  printf '1..%d\n' "$tap_count"
  exit $((tap_failed > 0))
}

# none: succeeds if standard input is empty; otherwise prints it and fails
none() {
  local found
  found=$(cat)
  [ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}
