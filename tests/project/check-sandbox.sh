#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-sandbox.sh DERMA BUILD MODEL: the command of the README for models from strangers, with the derma built here.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
derma=$(realpath "$1")
build=$(realpath "$2")
model=$(realpath "$3")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
cp "$model" stranger.onnx

recipe() {
  sed -n '/^bwrap --unshare-all/,/^```/{/^```/!p}' "$SOURCE_ROOT/README.md"
}

# inside COMMAND: the recipe with another command at its end; the build tree is there too
inside() {
  recipe | sed "s|prlimit|--ro-bind $build $build prlimit|; s|derma model check /model.onnx|$1|" >recipe.sh
  bash recipe.sh
}

it_ends_in_the_command() {
  recipe | tail -n 1 | grep -q 'prlimit .* derma model check /model.onnx$'
}

checks_a_good_model() {
  inside "$derma model check /model.onnx" | grep -q 'gives its golden output'
}

refuses_a_bad_model() {
  head -c 3000 "$model" >stranger.onnx
  local output
  output=$(inside "$derma model check /model.onnx" 2>&1)
  local code=$?
  cp "$model" stranger.onnx
  [ "$code" -eq 1 ] && [ "$(wc -l <<<"$output")" -eq 1 ] && grep -q '/model.onnx: ' <<<"$output"
}

has_no_network() {
  [ "$(inside 'cat /proc/net/dev' | awk -F: 'NR > 2 { gsub(/ /, "", $1); print $1 }')" = lo ]
}

# But the folders on the way to the build tree, with nothing else in them.
sees_no_files() {
  local way
  inside 'ls /' >root || return 1
  grep -xE 'home|root|etc|var|mnt|srv|media|sys' root | grep -vx "$(cut -d / -f 2 <<<"$build")" | none || return 1
  way=$(dirname "$build")
  until [ "$way" = / ]; do
    [ "$(inside "ls $way" | wc -l)" -eq 1 ] || { echo "there is more in $way"; return 1; }
    way=$(dirname "$way")
  done
}

writes_nothing() {
  ! inside 'touch /usr/derma-was-here' 2>/dev/null && ! inside 'touch /model.onnx' 2>/dev/null && ! [ -e /usr/derma-was-here ]
}

leaves_nothing() {
  inside 'touch /tmp/derma-was-here' && ! [ -e /tmp/derma-was-here ]
}

has_no_secrets() {
  export DERMA_SECRET=open
  ! inside env | grep -q DERMA_SECRET
}

is_bounded() {
  ! inside 'python3 -c "bytearray(5000000000)"' 2>/dev/null
}

check "the README has the command" it_ends_in_the_command
if ! command -v bwrap >/dev/null; then
  skip "a model is looked at in a sandbox" "bubblewrap is not installed"
elif ! bwrap --unshare-all --ro-bind / / true 2>/dev/null; then
  skip "a model is looked at in a sandbox" "namespaces are not allowed here"
else
  check "a good model is checked there" checks_a_good_model
  check "a bad one is refused there" refuses_a_bad_model
  check "there is no network" has_no_network
  check "there are no files but the system's and the model" sees_no_files
  check "nothing can be written" writes_nothing
  check "what is written to /tmp is gone" leaves_nothing
  check "the environment stays outside" has_no_secrets
  if command -v python3 >/dev/null; then check "memory is bounded" is_bounded; fi
fi
done_testing
