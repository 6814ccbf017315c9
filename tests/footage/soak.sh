#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/footage/soak.sh BUILD FOOTAGE.avi [SECONDS [INTERVAL]]: plays an examination over and over, by the clock on the wall,
# through dermaclassify mode=async for SECONDS (600), prints a line every INTERVAL (30) seconds, and ends with 1 if a frame
# was lost, if the memory has grown by more than 5 % since the second line, or if the last frames came out more than 100 ms
# later than those of the second line did.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '3,/^set /{s/^# \{0,1\}//;/^set /!p}' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
build=$1 footage=$2 seconds=${3:-600} interval=${4:-30}
export GST_PLUGIN_PATH=$build/gst DERMA_MODEL_DIR=$build/models GST_REGISTRY=$build/footage-registry.bin

"$build/tests/bench/bench-live" --input "$footage" --seconds "$seconds" --interval "$interval" | tee /dev/stderr |
  awk '
    $1 + 0 > 0 && NF == 13 { n++; if (n == 2) { memory = $13; behind = $8 } last_memory = $13; last_behind = $8 }
    / frames in, / { lost = $1 - $4 - $6 }
    END {
      if (n < 3) { print "soak: too short to tell"; exit 1 }
      printf "soak: %d frames lost, memory %.1f to %.1f MiB, median behind its time %.1f to %.1f ms\n", lost, memory,
        last_memory, behind, last_behind
      exit lost != 0 || last_memory > 1.05 * memory || last_behind > behind + 100
    }'
