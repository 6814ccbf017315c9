#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-live.sh DERMA_LIVE PHANTOM: what pipelines/live runs, from the outside: what it prints, writes and ends with.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
live=$(realpath "$1")
phantom=$(realpath "$2")
unset DISPLAY WAYLAND_DISPLAY
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
export GST_REGISTRY=$scratch/registry.bin
# The first start looks at all plugins of the machine, some of which leak.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 "$live" --input nowhere 2>/dev/null
RESEARCH='Research use, not a diagnosis.'

# run CODE ARGUMENT...: derma-live ends with CODE; out and err hold what it said
run() {
  local want=$1 code
  shift
  timeout 100 "$live" "$@" >out 2>err </dev/null
  code=$?
  [ "$code" -eq "$want" ] || { echo "ended with $code, not $want: $*"; cat out err; return 1; }
}

# tool COMMAND...: one of GStreamer's programs, which cannot load a plugin that is built with a sanitizer
tool() {
  GST_PLUGIN_PATH='' GST_REGISTRY=$scratch/tools.bin "$@"
}

# says FILE PATTERN [COUNT]: so many lines of it match, 1 unless told
says() {
  local found
  found=$(grep -cE -- "$2" "$1")
  [ "$found" -eq "${3:-1}" ] || { echo "$found lines of $1 match $2, not ${3:-1}:"; cat "$1"; return 1; }
}

# lines FILE COUNT
lines() {
  [ "$(wc -l <"$1")" -eq "$2" ] || { echo "$1 has not $2 lines:"; cat "$1"; return 1; }
}

# lasts FILE SECONDS: the file plays, and as long, to a tenth
lasts() {
  tool gst-discoverer-1.0 "$1" >discovered 2>&1
  awk -v want="$2" '/Duration:/ { split($2, t, ":"); got = t[1] * 3600 + t[2] * 60 + t[3]; seen = 1 }
    END { exit !(seen && got - want < 0.1 && want - got < 0.1) }' discovered || { cat discovered; return 1; }
}

# frames FILE: how many frames can be decoded
frames() {
  "$live" --input "$1" --no-display 2>/dev/null | sed -nE 's/^([0-9]+) frames in .*/\1/p'
}

# sized FILE WIDTH HEIGHT
sized() {
  tool gst-discoverer-1.0 -v "$1" >discovered 2>&1
  grep -Eq "width=\(int\)$2, height=\(int\)$3" discovered || { cat discovered; return 1; }
}

jpeg() {
  tool gst-launch-1.0 -q filesrc location="$1" ! pngdec ! videoconvert ! jpegenc ! filesink location="$2"
}

make_pictures() {
  mkdir -p folder/inner corrupt empty texts
  "$phantom" a.png 256 256 2 && "$phantom" b.png 300 200 3 && "$phantom" folder/inner/c.PNG 256 256 4 || return 1
  jpeg a.png folder/a.jpg && jpeg b.png folder/d.jpeg || return 1
  head -c 2000 folder/a.jpg >folder/b.jpg
  cp folder/b.jpg corrupt/
  : >empty.mp4
  echo 'not a picture' | tee folder/notes.txt >texts/notes.txt
  echo 'not a picture' >folder/e.png
}

# summed_up FILE: how long the summary says that it was
summed_up() {
  sed -nE 's/^[0-9]+ frames in ([0-9]+):([0-9.]+),.*/\1 \2/p' "$1" | awk '{ print 60 * $1 + $2 }'
}

# How many frames there are depends on the machine: those that are painted too late are left out.
phantom_is_read_and_written() {
  run 0 --input phantom --no-display --seconds 2 --output p.mkv && says out "^$RESEARCH$" && says out '^a painted phantom$' &&
    lines err 0 && lasts p.mkv "$(summed_up out)" && sized p.mkv 1280 720 && [ "$(frames p.mkv)" -ge 1 ] &&
    says out '^[0-9]+ frames in 00:0[0-2]\.[0-9], [0-9]+ readings, mean latency [0-9.]+ ms; wrote p\.mkv \([0-9.]+ MB\)$'
}

readings_are_readable() {
  run 0 --input a.png && says out '^00:00\.0  [A-Za-z][A-Za-z ]* (0\.[0-9]{2}|1\.00)   malignant [01]\.[0-9]{2} \(flag at 0\.[0-9]{2}\)(  flagged)?(  [a-z-]+)?   next: .* 0\.[0-9]{2}$'
}

without_camera_says_so() {
  run 0 --no-display --seconds 0.2 && says out '^no camera found: a painted phantom is shown$'
}

folder_is_read() {
  run 0 --input folder --no-display --output f.mkv && says out '^5 pictures in folder$' && lines err 2 &&
    says err '^live: folder/b\.jpg: .* \(skipped\)$' && says err '^live: folder/e\.png: .* \(skipped\)$' &&
    says out '^00:00\.0  \[1 of 5\] a\.jpg  ' && says out '^00:01\.0  \[3 of 5\] d\.jpeg  ' &&
    says out '^00:02\.0  \[5 of 5\] c\.PNG  ' && says out '^30 frames in 00:03\.0, 30 readings, .*, 2 files skipped; wrote f\.mkv' &&
    lasts f.mkv 3 && sized f.mkv 768 768
}

seconds_count_in_the_video() {
  run 0 --input folder --no-display --seconds 1.5 && says out '^15 frames in 00:01\.5, ' && says out 'of 5\]' 2
}

picture_is_read() {
  run 0 --input folder/a.jpg && says out '^picture folder/a\.jpg$' && says out '^10 frames in 00:01\.0, ' &&
    run 0 --input folder/a.jpg --seconds 3 && says out '^30 frames in 00:03\.0, '
}

# Names are bytes.
strange_names_are_told() {
  mkdir strange && cp a.png $'strange/a\xff.png' && cp folder/b.jpg $'strange/b\xfe.jpg' && cp a.png strange/c.png || return 1
  run 0 --input strange --no-display && says out $'^00:00\\.0  \\[1 of 3\\] a\xef\xbf\xbd\\.png  ' &&
    says out '\[3 of 3\] c\.png  ' && lines err 1 && says err $'^live: strange/b\xef\xbf\xbd\\.jpg: .* \\(skipped\\)$'
}

# The pixels that are read are the picture's own, not those that are shown.
picture_is_read_at_its_own_size() {
  local read direct
  run 0 --input a.png --no-display --output own.mkv || return 1
  read=$(sed -nE 's/^00:00\.0  .* malignant ([0-9.]+) .*/\1/p' out)
  direct=$(gst-launch-1.0 -m filesrc location=a.png ! pngdec ! dermaclassify ! fakesink |
    sed -nE 's/.*dermaclassify,.* malignant=\(double\)([0-9.e-]+).*/\1/p' | head -n 1)
  echo "live: $read, directly: $direct"
  [ -n "$direct" ] && [ "$read" = "$(printf '%.2f' "$direct")" ]
}

video_is_read() {
  run 0 --input f.mkv --no-display --output again.mkv && says out '^video f\.mkv$' && says out '^30 frames in 00:03\.0, ' &&
    lasts again.mkv 3 && [ "$(frames again.mkv)" -eq 30 ]
}

# format_is_read FORMAT: of a film in a format that the network does not take as it is
format_is_read() {
  tool gst-launch-1.0 -q videotestsrc num-buffers=10 ! "video/x-raw,format=$1,width=64,height=64,framerate=10/1" ! \
    avenc_ffv1 ! matroskamux ! filesink location="$1.mkv" || return 1
  run 0 --input "$1.mkv" --no-display && says out '^10 frames in 00:01\.0, 10 readings, ' && lines err 0
}

# fails PATTERN ARGUMENT...: with 1 and one line
fails() {
  local pattern=$1
  shift
  run 1 "$@" && lines err 1 && says err "$pattern"
}

fails_on_a_corrupt_folder() {
  run 1 --input corrupt --no-display && lines err 2 && says err '\(skipped\)$' && says err 'none of the files'
}

fails_on_a_corrupt_picture() {
  run 1 --input corrupt/b.jpg && lines err 2 && says err '^live: corrupt/b\.jpg: .*\(skipped\)$' && says err 'none of the files'
}

fails_on_sound() {
  tool gst-launch-1.0 -q audiotestsrc num-buffers=20 ! wavenc ! filesink location=sound.wav || return 1
  fails 'video sound\.wav: .*no video' --input sound.wav --no-display
}

leaves_the_input_alone() {
  cp f.mkv same.mkv
  fails 'same\.mkv: is the input too' --input same.mkv --output ./same.mkv && cmp f.mkv same.mkv
}

never_overwrites() {
  cp f.mkv old.mkv
  run 0 --input a.png --no-display --output old.mkv && says out '^writing old-1\.mkv instead of old\.mkv$' &&
    says out '; wrote old-1\.mkv ' && cmp f.mkv old.mkv && [ "$(frames old-1.mkv)" -eq 10 ]
}

failed_start_leaves_nothing() {
  cp f.mkv kept.mkv
  fails 'nowhere\.onnx' --input a.png --no-display --output kept.mkv --model nowhere.onnx && cmp f.mkv kept.mkv &&
    fails 'nowhere: ' --input nowhere --output fresh.mkv && fails 'notes\.txt' --input texts/notes.txt --output fresh.mkv &&
    { compgen -G 'kept-*'; compgen -G 'fresh*'; } | none
}

# usage ARGUMENT...: ends with 2 and one line
usage() {
  run 2 "$@" && lines err 1 && lines out 0
}

# in_background FILE: derma-live on the phantom until a second of it is written; $! is its process
in_background() {
  "$live" --input phantom --no-display --output "$1" >out 2>err </dev/null &
  for _ in $(seq 2400); do
    if [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt 100000 ]; then return 0; fi
    kill -0 $! 2>/dev/null || break
    sleep 0.05
  done
  echo "nothing was written"
  kill -KILL $! 2>/dev/null
  return 1
}

# ends_cleanly SIGNAL
ends_cleanly() {
  in_background "$1.mkv" || return 1
  kill "-$1" $!
  wait $! || { echo "ended with $?"; return 1; }
  lines err 0 && says out "; wrote $1\.mkv" && [ "$(frames "$1.mkv")" -ge 1 ] || return 1
  lasts "$1.mkv" "$(summed_up out)"
}

plays_after_a_kill() {
  in_background killed.mkv || return 1
  kill -KILL $!
  wait $! 2>/dev/null
  [ "$(frames killed.mkv)" -ge 1 ]
}

survives_damage() {
  local i at
  for i in 1 2 3 4 5 6; do
    cp f.mkv damaged.mkv
    for at in 1 2 3 4 5 6 7 8; do
      printf '\xa5' | dd of=damaged.mkv bs=1 seek=$((i * 911 + at * at * 1237)) conv=notrunc 2>/dev/null
    done
    timeout 60 "$live" --input damaged.mkv --no-display >out 2>err
    case $? in 0 | 1) ;; *) echo "ended with $?"; cat err; return 1 ;; esac
  done
}

check "pictures are painted" make_pictures
check "the phantom is read, shown and written" phantom_is_read_and_written
check "a reading is a readable line" readings_are_readable
if compgen -G '/dev/video*' >/dev/null; then
  skip "without a camera the phantom is shown" "there is a camera"
else
  check "without a camera the phantom is shown" without_camera_says_so
fi
check "a folder is read, what is corrupt is skipped" folder_is_read
check "strange names of pictures are told" strange_names_are_told
check "--seconds counts in the video" seconds_count_in_the_video
check "a picture is read" picture_is_read
if [ "${DERMA_UNDER:-}" = asan ] || [ "${DERMA_UNDER:-}" = tsan ]; then
  skip "a picture is read at its own size" "gst-launch-1.0 does not load a sanitizer's plugin"
else
  check "a picture is read at its own size" picture_is_read_at_its_own_size
fi
check "a video is read and written again" video_is_read
for format in I420_10LE Y42B; do
  if tool gst-inspect-1.0 --exists avenc_ffv1; then
    check "a video of $format is read" format_is_read $format
  else
    skip "a video of $format is read" "GStreamer has no avenc_ffv1"
  fi
done
check "SIGINT ends cleanly" ends_cleanly INT
check "SIGTERM ends cleanly" ends_cleanly TERM
check "a killed process leaves a playable file" plays_after_a_kill
check "a damaged video ends in success or in failure" survives_damage
check "a missing input" fails '^live: nowhere: .*No such file' --input nowhere
check "an empty folder" fails '^live: empty: no \.jpg' --input empty
check "a folder without pictures" fails '^live: texts: no \.jpg' --input texts
check "a folder of corrupt pictures" fails_on_a_corrupt_folder
check "a corrupt picture" fails_on_a_corrupt_picture
check "a text" fails 'video texts/notes\.txt: ' --input texts/notes.txt
check "an empty file" fails '^live: empty.mp4: the file is empty' --input empty.mp4
check "sound without pictures" fails_on_sound
check "an unwritable output" fails '^live: no/where\.mkv: cannot be written' --input phantom --output no/where.mkv
check "the input as output" leaves_the_input_alone
check "an output that exists is kept" never_overwrites
check "a start that fails leaves old films and no empty ones" failed_start_leaves_nothing
check "a missing model" fails 'nowhere\.onnx' --input a.png --model nowhere.onnx
check "a model that is none" fails 'notes\.txt' --input a.png --model texts/notes.txt
check "an unknown option" usage --nonsense
check "a value that is no number" usage --seconds soon
check "an argument that is no option" usage folder
check "a name that is no Matroska file's" usage --output out.mp4
done_testing
