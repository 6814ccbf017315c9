#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-words.sh DERMA: the manual page and the completion of bash know what the command knows, and nothing else.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
derma=$(realpath "$1")
manual=$SOURCE_ROOT/src/tools/derma.1
commands=(eval "model info" "model run" "model check" bench report dicom "camera list" "camera show" "camera lock" "camera restore")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# shellcheck source=src/tools/derma.bash
. "$SOURCE_ROOT/src/tools/derma.bash"

# options_of COMMAND: what its --help names
options_of() {
  # shellcheck disable=SC2086
  "$derma" $1 --help | sed -nE 's/^  (-[a-z], )?(--[a-z-]+).*/\2/p' | grep -vx -- --help | sort
}

# What derma --help names; an argument in capitals is none of it.
real_commands() {
  "$derma" --help | sed -nE '/^Commands:/,/^$/s/^  ([a-z]+( [a-z]+)?)( .*)?$/\1/p' | sort
}

all_commands_are_known() {
  diff <(real_commands) <(printf '%s\n' "${commands[@]}" | sort)
}

# manual_of COMMAND: its section
manual_of() {
  awk -v want=".Ss derma $1" 'index($0, want) == 1 && (length($0) == length(want) || substr($0, length(want) + 1, 1) == " ") {
    inside = 1; next } /^\.S[hs] / { inside = 0 } inside' "$manual"
}

manual_has_the_options() {
  diff <(options_of "$1") <(manual_of "$1" | sed -n 's/^\.It //p' | grep -oE 'Fl -[a-z-]+' | sed 's/Fl /-/' | sort)
}

manual_is_well_formed() {
  mandoc -Tlint -W warning "$manual" | none
}

manual_can_be_read() {
  man -l "$manual" 2>&1 | grep -q 'no medical device' && groff -mdoc -ww -z "$manual" 2>&1 | none
}

# complete WORD...: what bash offers for the last word; it takes = for a word of its own
complete_words() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _derma 2>/dev/null
  printf '%s\n' "${COMPREPLY[@]}" | sort
}

completion_has_the_commands() {
  diff <(complete_words derma '' | grep -v '^-') <(real_commands | sed 's/ .*//' | sort -u) &&
    diff <(complete_words derma model '') <(real_commands | sed -n 's/^model //p') &&
    diff <(complete_words derma camera '') <(real_commands | sed -n 's/^camera //p')
}

completion_has_the_options() {
  local words
  read -ra words <<<"$1"
  diff <(options_of "$1") <(complete_words derma "${words[@]}" - | sed 's/=$//' | grep -vx -- --help | sort)
}

# Those with a value end in =.
completion_knows_values() {
  local words
  read -ra words <<<"$1"
  # shellcheck disable=SC2086
  diff <("$derma" $1 --help | sed -nE 's/^  (-[a-z], )?(--[a-z-]+=).*/\2/p' | sort) \
    <(complete_words derma "${words[@]}" - | grep '=$')
}

offers() {
  local want=$1
  shift
  diff <(printf '%s' "$want") <(complete_words "$@" | xargs printf '%s ' | sed 's/ $//')
}

offers_nothing() {
  offers '' "$@"
}

check "all commands are known here" all_commands_are_known
for command in "${commands[@]}"; do
  check "manual: the options of $command" manual_has_the_options "$command"
  check "completion: the options of $command" completion_has_the_options "$command"
  check "completion: which of $command take a value" completion_knows_values "$command"
done
if command -v mandoc >/dev/null; then check "manual: mandoc finds nothing" manual_is_well_formed; else skip "manual: mandoc finds nothing" "it is not installed"; fi
if command -v man >/dev/null && command -v groff >/dev/null; then
  check "manual: it can be read" manual_can_be_read
else
  skip "manual: it can be read" "man and groff are not installed"
fi
check "completion: the commands" completion_has_the_commands
touch a.onnx 'b c.onnx' a.csv a.png a.mkv a.npy a.txt
mkdir folder
check "completion: a network" offers 'a.onnx b c.onnx folder' derma model info ''
check "completion: a network with a blank" offers 'b c.onnx' derma eval --model = b
check "completion: a network after a blank" offers 'a.onnx b c.onnx folder' derma bench --model ''
check "completion: labels" offers 'a.csv folder' derma eval --labels = ''
check "completion: labels after the =" offers 'a.csv folder' derma eval --labels =
check "completion: a recording" offers 'a.mkv folder' derma report ''
check "completion: a picture" offers 'a.png folder' derma dicom ''
check "completion: what is known of a picture" offers 'magnification= manufacturer= model=' derma dicom --attribute = m
check "completion: an array" offers 'a.npy folder' derma model run --input = ''
check "completion: folders only" offers folder derma eval --root = ''
check "completion: no command begins so" offers_nothing derma x
check "completion: no option begins so" offers_nothing derma eval --x
check "completion: nothing of an unknown command" offers_nothing derma nonsense ''
check "completion: no numbers" offers_nothing derma eval --threads = ''
check "completion: nothing for cameras to list" offers_nothing derma camera list ''
done_testing
