# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of the derma command in bash.

# _derma_options COMMAND: the options that it takes
_derma_options() {
  case $1 in
    eval)
      echo --model= --labels= --root= --split= --dataset= --json= --predictions= --skip-bad --disturb --masks \
        --outliers= --groups= --group-by= --threads= --bootstrap= --seed= --help
      ;;
    "model info") echo --json --help ;;
    "model run") echo --input= --output= --output-name= --threads= --help ;;
    "model check" | "camera restore") echo --help ;;
    bench) echo --model= --sizes= --formats= --threads= --runs= --json= --help ;;
    report) echo --output= --json --csv --dicom= --dermoscopic --attribute= --sidecar= --model= --help ;;
    dicom) echo --output= --dermoscopic --attribute= --help ;;
    "camera list") echo --json --help ;;
    "camera show") echo --json --save= --help ;;
    "camera lock") echo --profile= --settle= --help ;;
  esac
}

# _derma_files PATTERN: files whose names end so (in the form of an extended pattern), and folders
_derma_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    # shellcheck disable=SC2053
    if [[ -d $name || $name == $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

_derma_value() {
  case $1 in
    --model) _derma_files '*.onnx' ;;
    --labels | --groups) _derma_files '*.csv' ;;
    --input) _derma_files '*.npy' ;;
    --sidecar) _derma_files '*.jsonl' ;;
    --root | --outliers | --dicom)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      ;;
    --split) mapfile -t COMPREPLY < <(compgen -W 'train val test' -- "$current") ;;
    --attribute)
      compopt -o nospace 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -S = -W 'manufacturer model serial recognizable polarization colour-temperature contact
        immersion magnification' -- "$current")
      ;;
    --dataset | --group-by | --threads | --bootstrap | --seed | --output-name | --sizes | --formats | --runs | --settle) ;;
    *) _derma_files '*' ;;
  esac
}

_derma_argument() {
  case $1 in
    model*) _derma_files '*.onnx' ;;
    report) _derma_files '*.mkv' ;;
    dicom) _derma_files '*.@(jpg|jpeg|png)' ;;
    "camera show" | "camera lock" | "camera restore")
      mapfile -t COMPREPLY < <(compgen -f -X '!/dev/video*' -- "${current:-/dev/video}")
      ;;
  esac
}

_derma() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  # bash takes the = of an option for a word of its own.
  if [ "$current" = = ]; then
    current=
    _derma_value "$previous"
    return
  elif [ "$previous" = = ]; then
    _derma_value "${COMP_WORDS[COMP_CWORD - 2]}"
    return
  elif [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'eval model bench report dicom camera --help --version' -- "$current")
    return
  elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = model ]; then
    mapfile -t COMPREPLY < <(compgen -W 'info run check' -- "$current")
    return
  elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = camera ]; then
    mapfile -t COMPREPLY < <(compgen -W 'list show lock restore' -- "$current")
    return
  fi
  case $command in model | camera) command="$command ${COMP_WORDS[2]}" ;; esac
  local options
  options=$(_derma_options "$command")
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    if [ ${#COMPREPLY[@]} -eq 1 ] && [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  elif [ "$previous" = -o ]; then
    _derma_files '*'
  elif [[ " $options " == *" $previous= "* ]]; then
    _derma_value "$previous"
  else
    _derma_argument "$command"
  fi
}

complete -F _derma derma
