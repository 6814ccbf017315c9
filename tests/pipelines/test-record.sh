#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-record.sh DERMA_RECORD DERMA_REPLAY PHANTOM MODELS: what pipelines/record and pipelines/replay run, from the
# outside; the files are looked at with programs of others.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
record=$(realpath "$1")
replay=$(realpath "$2")
phantom=$(realpath "$3")
models=$(realpath "$4")
unset DISPLAY WAYLAND_DISPLAY
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
export GST_REGISTRY=$scratch/registry.bin
# The first start looks at all plugins of the machine, some of which leak.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 "$record" --input nowhere 2>/dev/null

# run CODE COMMAND...: it ends with CODE; out and err hold what it said
run() {
  local want=$1 code
  shift
  timeout 120 "$@" >out 2>err </dev/null
  code=$?
  [ "$code" -eq "$want" ] || { echo "ended with $code, not $want: $*"; cat out err; return 1; }
}

# says FILE PATTERN [COUNT]: so many lines of it match, 1 unless told
says() {
  local found
  found=$(grep -cE -- "$2" "$1")
  [ "$found" -eq "${3:-1}" ] || { echo "$found lines of $1 match $2, not ${3:-1}:"; cat "$1"; return 1; }
}

# fails PATTERN COMMAND...: with 1 and one line
fails() {
  local pattern=$1
  shift
  run 1 "$@" && says err "$pattern" && says err . 1
}

# usage COMMAND...: ends with 2 and one line
usage() {
  run 2 "$@" && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ]
}

# probed FILE ARGUMENT...: what ffprobe says, as CSV
probed() {
  local file=$1
  shift
  ffprobe -v error -of csv=p=0 "$@" "$file"
}

# frames FILE: how many frames ffmpeg can decode
frames() {
  probed "$1" -select_streams v -count_frames -show_entries stream=nb_read_frames
}

make_pictures() {
  mkdir folder && "$phantom" folder/a.png 256 256 2 && "$phantom" folder/b.png 300 200 3 && "$phantom" folder/c.png 256 256 4
}

folder_is_recorded() {
  run 0 "$record" --input folder --no-display --output f.mkv --tags 'room "2" & more' --evidence 0 &&
    says out '^3 pictures in folder$' && says out '^wrote f\.mkv: 00:03\.0, 30 frames, 30 readings, [12] chapters?$' &&
    [ -s f.jsonl ] && [ "$(frames f.mkv)" = 30 ]
}

tracks_are_there() {
  [ "$(probed f.mkv -show_entries stream=codec_type | xargs)" = 'video subtitle' ] &&
    [ "$(probed f.mkv -select_streams v -show_entries stream=width,height)" = 256,256 ] &&
    probed f.mkv -select_streams s -show_entries packet=pts_time,duration_time | head -n 1 | grep -q '^0\.000000,2\.000000$'
}

chapters_are_there() {
  probed f.mkv -show_chapters | grep -q 'Lesion 1' &&
    mkvmerge -J f.mkv | grep -A 3 '"chapters"' | grep -qE '"num_entries": [12]' && mkvinfo f.mkv | grep -qi chapters
}

# A name is bytes, of which not all are text.
strange_name_gets_chapters() {
  local name=$'odd\xff.mkv'
  run 0 "$record" --input folder/a.png --no-display --output "$name" --evidence 0 && [ ! -s err ] &&
    says out $'^wrote odd\xef\xbf\xbd\\.mkv: .*, [12] chapters?$' && probed "$name" -show_chapters | grep -q 'Lesion 1'
}

title_is_there() {
  mkvmerge -J f.mkv | grep -q '"title": "room \\"2\\" & more"'
}

file_is_sound() {
  mkvmerge -J f.mkv | tr -d ' \n' | grep -q '"errors":\[\].*"warnings":\[\]'
}

sidecar_is_json() {
  python3 -c '
import json, sys
lines = [json.loads(line) for line in open("f.jsonl", encoding="utf-8")]
assert lines[0]["schema"] == "derma-session" and lines[0]["recording"] == "f.mkv" and lines[0]["tags"] == "room \"2\" & more"
readings = [line for line in lines if line["type"] == "reading"]
assert len(readings) == 30 and [r["pts"] for r in readings] == [i * 100000000 for i in range(30)]
assert lines[-1] == {"type": "end", "pts": 3000000000, "readings": 30, "events": len(lines) - 32}, lines[-1]'
}

never_overwrites() {
  local before
  before=$(sha256sum f.mkv f.jsonl)
  run 0 "$record" --input folder/a.png --no-display --output f.mkv && says out '^wrote f-1\.mkv: ' &&
    [ "$(sha256sum f.mkv f.jsonl)" = "$before" ]
}

parts_are_written() {
  run 0 "$record" --input folder --no-display --output p.mkv --max-duration 1 && says out '^wrote p-0000[0-2]\.mkv: 00:01\.0, 10 frames' 3 &&
    [ "$(frames p-00002.mkv)" = 10 ] && [ -s p-00002.jsonl ] && [ ! -e p.mkv ]
}

# How long the film is depends on the machine: frames that are painted too late are left out, the last one, too.
phantom_is_recorded() {
  run 0 "$record" --input phantom --no-display --seconds 3 --output live.mkv && says out '^wrote live\.mkv: 00:0[0-3]\.[0-9], ' &&
    [ "$(frames live.mkv)" -ge 1 ] && [ "$(probed live.mkv -select_streams v -show_entries stream=width,height)" = 1280,720 ]
}

readings_are_replayed() {
  run 0 "$replay" f.mkv && says out '^video f\.mkv, with f\.jsonl$' && says out '^30 frames in 00:03\.0, 30 readings$' &&
    says out '^00:00\.0  [a-z][a-z ]* (0\.[0-9]{2}|1\.00)   malignant '
}

captions_are_replayed() {
  run 0 "$replay" f.mkv --captions && says out '^00:00\.0  Research use only\. Not a diagnosis\.$' &&
    says out '^30 frames in 00:03\.0, [0-9]+ captions$'
}

captions_do_without_a_sidecar() {
  cp f.mkv alone.mkv
  run 0 "$replay" alone.mkv && says out 'with its captions$' && says out '^00:00\.0  Research use only'
}

# film FILE SECONDS ARGUMENT...: a film of ten frames a second, of what else ffmpeg is given, too
film() {
  local file=$1 seconds=$2
  shift 2
  ffmpeg -v error -f lavfi -i "testsrc=size=64x64:rate=10:duration=$seconds" "$@" -c:v mjpeg -pix_fmt yuvj420p -y "$file" </dev/null
}

no_captions_are_told() {
  film silent.mkv 2 && fails '^replay: video silent\.mkv: there are no captions in it' "$replay" silent.mkv &&
    fails '^replay: video silent\.mkv: there are no captions in it' "$replay" silent.mkv --captions
}

no_film_is_told() {
  printf '1\n00:00:00,000 --> 00:00:01,000\nwords\n' >words.srt
  ffmpeg -v error -i words.srt -c:s srt -y words.mkv </dev/null &&
    fails '^replay: video words\.mkv: there is no video in it' "$replay" words.mkv
}

# With a window the words are drawn into the film, which must not wait for words that come much later. A window leaves out
# frames that come too late to be shown.
silence_between_captions_is_replayed() {
  printf '1\n00:00:00,000 --> 00:00:00,500\nfirst\n\n2\n00:00:05,000 --> 00:00:05,500\nlast\n' >rare.srt
  film rare.mkv 6 -i rare.srt -c:s srt || return 1
  DISPLAY=:nowhere GST_PLUGIN_FEATURE_RANK=fakevideosink:MAX run 0 "$replay" rare.mkv && says out '^00:00\.0  first$' && says out '^00:05\.0  last$' &&
    says out '^[0-9]+ frames in 00:0[56]\.[0-9], 2 captions$'
}

# Nothing is lost: the network must give again what was recorded.
same_network_agrees() {
  run 0 "$record" --input folder/a.png --seconds 3 --no-display --output exact.mkv --encoder ffv1 --evidence 0 || return 1
  run 0 "$replay" exact.mkv --again --evidence 0 &&
    says out '^30 readings compared: 100\.0 % of the same class, 100\.0 % flagged alike, 0 differ$' &&
    says out '^mean difference of the probabilities 0\.000[0-9]$'
}

# The encoder makes another format of a camera's, which no network reads as it is; nothing is lost by that.
format_of_cameras_agrees() {
  ffmpeg -v error -f lavfi -i testsrc=size=64x64:rate=10:duration=1 -c:v rawvideo -pix_fmt yuyv422 -allow_raw_vfw 1 -y yuy2.mkv </dev/null &&
    run 0 "$record" --input yuy2.mkv --no-display --output planar.mkv --encoder ffv1 --evidence 0 || return 1
  [ "$(probed planar.mkv -select_streams v -show_entries stream=pix_fmt)" = yuv422p ] &&
    run 0 "$replay" planar.mkv --again --evidence 0 &&
    says out '^10 readings compared: 100\.0 % of the same class, 100\.0 % flagged alike, 0 differ$' &&
    says out '^mean difference of the probabilities 0\.0000$'
}

other_network_is_compared() {
  run 0 "$replay" f.mkv --model "$models/dermaclassify-cc0.onnx" --evidence 0 && says out '^30 readings compared: ' &&
    says out '^the classes are not the same ones$'
}

# in_background FILE: derma-record on the phantom until readings are written; $! is its process
in_background() {
  "$record" --input phantom --no-display --output "$1.mkv" >out 2>err </dev/null &
  for _ in $(seq 2400); do
    if [ "$(stat -c %s "$1.mkv" 2>/dev/null || echo 0)" -gt 100000 ]; then return 0; fi
    kill -0 $! 2>/dev/null || break
    sleep 0.05
  done
  echo "nothing was written"
  kill -KILL $! 2>/dev/null
  cat out err
  return 1
}

killed_recording_plays() {
  in_background killed || return 1
  kill -KILL $!
  wait $! 2>/dev/null
  [ "$(frames killed.mkv)" -ge 1 ] && run 0 "$replay" killed.mkv && says out '^[0-9]+ frames in .* readings$' &&
    ! grep -q '"type":"end"' killed.jsonl
}

ends_cleanly() {
  in_background "$1" || return 1
  kill "-$1" $!
  wait $! || { echo "ended with $?"; cat err; return 1; }
  says out "^wrote $1\.mkv: " && grep -q '"type":"end"' "$1.jsonl" && [ "$(probed "$1.mkv" -show_entries format=duration)" != N/A ]
}

# Nobody finds the film: that is no success.
deleted_film_is_a_failure() {
  in_background gone || return 1
  rm gone.mkv
  kill -INT $!
  wait $!
  [ $? -eq 1 ] || { echo "did not end with 1"; cat out err; return 1; }
  says out '^broke off gone\.mkv: ' && says err '^record: .*gone\.mkv: cannot be finished: it was removed$'
}

torn_sidecar_is_replayed() {
  cp f.mkv torn.mkv
  head -c -300 f.jsonl >torn.jsonl
  run 0 "$replay" torn.mkv && says err 'torn\.jsonl|in the middle of line' && says out '^30 frames in '
}

foreign_sidecar_is_refused() {
  cp f.mkv foreign.mkv
  echo '{"type":"session","schema":"derma-session","version":9}' >foreign.jsonl
  fails '^replay: .*foreign\.jsonl.*version 9' "$replay" foreign.mkv
}

damaged_sidecar_is_refused() {
  cp f.mkv damaged.mkv
  sed '5s/.*/{"type":/' f.jsonl >damaged.jsonl
  fails '^replay: .*damaged\.jsonl: line 5' "$replay" damaged.mkv
}

# Words of a stranger are a line of text, and the terminal obeys none of them.
hostile_sidecar_is_harmless() {
  cp f.mkv evil.mkv
  sed -E 's/"(akiec|bcc|bkl|df|mel|nv|vasc)"/"\\u001b[2J\1"/g; s/( keratosis| carcinoma|noma|fibroma| nevus| lesion)"/\\u001b[31mEVIL\\u0007\\n00:00.0 \\u009bm\1"/g' f.jsonl >evil.jsonl
  run 0 "$replay" evil.mkv --no-display && says out '^00:00\.0  .* \[31mEVIL  00:00\.0  m( keratosis| carcinoma|noma|fibroma| nevus| lesion) ' || return 1
  run 0 "$replay" evil.mkv --again --evidence 0 && says out 'recorded  \[2J[a-z]+ ' || return 1
  "$replay" evil.mkv --no-display 2>&1 | LC_ALL=C grep $'[\x01-\x09\x0b-\x1f\x7f]\|\xc2\x9b' | none
}

# It is a recording without chapters, not a failure.
chapters_are_optional() {
  mkdir -p bare
  PATH=$scratch/bare /usr/bin/timeout 100 "$record" --input folder/a.png --no-display --output bare.mkv >out 2>err </dev/null || return 1
  says err 'no chapters without mkvpropedit' && says out '^wrote bare\.mkv: .*, 0 chapters$' && [ "$(frames bare.mkv)" = 10 ]
}

check "pictures are painted" make_pictures
for program in ffprobe mkvmerge mkvpropedit; do
  if ! command -v $program >/dev/null; then
    skip "sessions are recorded and replayed" "$program is not installed"
    done_testing
  fi
done
check "a folder is recorded" folder_is_recorded
check "there are video and captions" tracks_are_there
check "there are chapters" chapters_are_there
check "a film of a strange name gets its chapters" strange_name_gets_chapters
check "the tags are the title" title_is_there
check "mkvmerge finds no fault" file_is_sound
check "the sidecar is JSON lines on the time line of the film" sidecar_is_json
check "nothing is overwritten" never_overwrites
check "a recording comes in parts" parts_are_written
check "the phantom is recorded live" phantom_is_recorded
check "readings are replayed" readings_are_replayed
check "captions are replayed" captions_are_replayed
check "captions are replayed where there is no sidecar" captions_do_without_a_sidecar
if ! command -v ffmpeg >/dev/null; then
  skip "films of others are replayed" "ffmpeg is not installed"
else
  check "a film without captions and without a sidecar" no_captions_are_told
  check "captions without a film" no_film_is_told
  check "a recording without loss of a camera's format agrees" format_of_cameras_agrees
  if gst-inspect-1.0 --exists textoverlay && gst-inspect-1.0 --exists fakevideosink; then
    check "silence between captions does not stop the film" silence_between_captions_is_replayed
  else
    skip "silence between captions does not stop the film" "GStreamer has no textoverlay or no fakevideosink"
  fi
fi
check "the same network agrees with a recording without loss" same_network_agrees
check "another network is compared" other_network_is_compared
check "a killed recording plays and is replayed" killed_recording_plays
check "SIGINT ends cleanly" ends_cleanly INT
check "SIGTERM ends cleanly" ends_cleanly TERM
check "a film that is deleted meanwhile is a failure" deleted_film_is_a_failure
check "a torn sidecar is replayed" torn_sidecar_is_replayed
check "a sidecar of the future is refused" foreign_sidecar_is_refused
check "a damaged sidecar is refused" damaged_sidecar_is_refused
check "a sidecar's words do nothing to the terminal" hostile_sidecar_is_harmless
check "chapters are left out without mkvpropedit" chapters_are_optional
check "recording a missing input" fails '^record: nowhere: .*No such file' "$record" --input nowhere
check "recording into a missing folder" fails '^record: .*no/where\.mkv: cannot be written' "$record" --input folder --no-display --output no/where.mkv
check "recording with a missing model" fails 'nowhere\.onnx' "$record" --input folder --no-display --model nowhere.onnx
check "recording with an unknown option" usage "$record" --nonsense
check "recording to a name of another kind" usage "$record" --output a.mp4
check "replaying a missing recording" fails '^replay: nowhere\.mkv: ' "$replay" nowhere.mkv
check "replaying a picture" fails '^replay: ' "$replay" folder/a.png --captions
check "reading again without a sidecar" fails '^replay: alone\.mkv: there is no sidecar' "$replay" alone.mkv --again
check "reading again with a missing model" fails 'nowhere\.onnx' "$replay" f.mkv --model nowhere.onnx
check "replaying nothing" usage "$replay"
check "replaying with an unknown option" usage "$replay" f.mkv --nonsense
done_testing
