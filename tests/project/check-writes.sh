#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-writes.sh DERMA PLUGINS MODELS PHANTOM: nothing is written but what was named, wherever the user's folders are.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
derma=$(realpath "$1")
plugins=$(realpath "$2")
models=$(realpath "$3")
phantom=$(realpath "$4")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Where a program could leave something.
make_box() {
  rm -rf "$scratch/box"
  mkdir -p "$scratch"/box/{home,cache,config,data,state,run,tmp,here}
  find "$scratch/box" -type d >"$scratch/before"
  cd "$scratch/box/here" || exit 1
}

# boxed COMMAND...: with all of the user's folders in the box
boxed() {
  HOME=$scratch/box/home XDG_CACHE_HOME=$scratch/box/cache XDG_CONFIG_HOME=$scratch/box/config TMPDIR=$scratch/box/tmp \
    XDG_DATA_HOME=$scratch/box/data XDG_STATE_HOME=$scratch/box/state XDG_RUNTIME_DIR=$scratch/box/run DERMA_MODEL_DIR=$models \
    GST_PLUGIN_PATH=$plugins GST_REGISTRY=$scratch/registry "$@"
}

# left FILE...: whether these, below the box, are all that has come
left() {
  find "$scratch/box" | grep -vxFf "$scratch/before" | sed "s|$scratch/box/||" | sort >"$scratch/left"
  printf '%s\n' "$@" | sed '/^$/d' | sort | diff - "$scratch/left"
}

model_commands_write_nothing() {
  make_box
  boxed "$derma" model info "$models/dermaclassify.onnx" >/dev/null && boxed "$derma" model check "$models/dermaclassify.onnx" >/dev/null \
    && left
}

a_refused_command_writes_nothing() {
  make_box
  echo nothing >"$scratch/bad.onnx"
  ! boxed "$derma" model check "$scratch/bad.onnx" 2>/dev/null || return 1
  ! boxed "$derma" eval --labels "$scratch/absent.csv" --json out.json 2>/dev/null || return 1
  ! boxed "$derma" report "$scratch/absent.mkv" -o out.html 2>/dev/null || return 1
  left
}

eval_writes_its_file() {
  make_box
  "$phantom" "$scratch/a.png" 96 96 1 && "$phantom" "$scratch/b.png" 96 96 2 || return 1
  printf 'path,dx\na.png,nv\nb.png,mel\n' >"$scratch/labels.csv"
  boxed "$derma" eval --labels "$scratch/labels.csv" --root "$scratch" --json out.json >/dev/null 2>&1 && left here/out.json
}

the_element_writes_nothing() {
  make_box
  boxed gst-launch-1.0 -q videotestsrc num-buffers=3 ! video/x-raw,width=64,height=64 ! dermaclassify overlay=true ! fakesink \
    && left
}

# A recording of two lesions, outside the box.
make_session() {
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/../report python3 - "$phantom" "$scratch/visit.mkv" "$scratch/visit.jsonl" <<'END'
import sessions, sys
sessions.paint(*sys.argv[1:3])
sessions.write(sys.argv[3], sessions.ordinary("visit.mkv"))
END
}

dicom_writes_its_files() {
  make_box
  boxed "$derma" report "$scratch/visit.mkv" --dicom out >/dev/null \
    && left here/out here/out/visit-lesion-1.dcm here/out/visit-lesion-2.dcm || return 1
  make_box
  "$phantom" "$scratch/a.png" 96 96 1 && boxed "$derma" dicom "$scratch/a.png" -o a.dcm && left here/a.dcm
}

# A converter that fails, and one that is killed with the program that waits for it.
dicom_that_fails_writes_nothing() {
  local last
  mkdir -p "$scratch/bin"
  # shellcheck disable=SC2016
  for last in 'exit 1' 'kill -KILL $PPID; sleep 0.2'; do
    make_box
    printf '#!/bin/sh\n%s\n' "$last" >"$scratch/bin/img2dcm"
    chmod +x "$scratch/bin/img2dcm"
    ! PATH=$scratch/bin:$PATH boxed "$derma" report "$scratch/visit.mkv" --dicom out >/dev/null 2>&1 || return 1
    left here/out || return 1
  done
}

# What this test would miss if it could not see.
a_file_is_seen() {
  make_box
  # shellcheck disable=SC2016
  boxed bash -c 'touch "$XDG_CACHE_HOME/a"'
  ! left >/dev/null
}

check "what is left behind is seen" a_file_is_seen
check "derma model writes nothing" model_commands_write_nothing
check "a command that fails writes nothing" a_refused_command_writes_nothing
check "derma eval writes the file that was named" eval_writes_its_file
if ! command -v ffmpeg >/dev/null || ! command -v img2dcm >/dev/null; then
  skip "DICOM files are all that is written of them" "ffmpeg or DCMTK is not installed"
  skip "a DICOM file that cannot be made leaves nothing" "ffmpeg or DCMTK is not installed"
else
  make_session
  check "DICOM files are all that is written of them" dicom_writes_its_files
  check "a DICOM file that cannot be made leaves nothing" dicom_that_fails_writes_nothing
fi
if [ -n "${DERMA_UNDER:-}" ]; then
  skip "an element writes nothing" "gst-launch-1.0 does not run with a sanitizer's plugin"
else
  check "an element writes nothing" the_element_writes_nothing
fi
done_testing
