# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by pipelines/live and tests/run: installs Debian packages that are missing and builds.
# The caller sets root, the folder of the project, and program, what messages begin with.
: "${root:?}" "${program:?}"

say() {
  printf '%s: %s\n' "$program" "$*" >&2
}

die() {
  say "$*"
  exit 1
}

# packages_in SECTION...: the names in those sections of pipelines/packages
packages_in() {
  local section
  for section in "$@"; do
    awk -v want="[$section]" '/^\[/ { inside = $0 == want; next } inside && !/^#/ && NF { print $1 }' \
      "$root/pipelines/packages"
  done
}

# missing_of: of the packages named on standard input, those that are not installed
missing_of() {
  local names installed
  mapfile -t names
  # It fails if it knows one of them not.
  installed=$({ dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${names[@]%\?}" 2>/dev/null || true; } | sed -n 's/ installed$//p')
  printf '%s\n' "${names[@]}" | awk -v installed="$installed" '
    BEGIN { split(installed, lines, "\n"); for (i in lines) have[lines[i]] }
    { name = $0; sub(/\?$/, "", name) }
    !(name in have)'
}

# available_of: of the packages named on standard input, those that must be there and the optional ones that the release has
available_of() {
  local name
  while read -r name; do
    case $name in
      *\?) if apt-cache show "${name%\?}" >/dev/null 2>&1; then printf '%s\n' "${name%\?}"; fi ;;
      *) printf '%s\n' "$name" ;;
    esac
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

# logged WHAT COMMAND...: runs it with its output in a file, which is shown if it fails
logged() {
  local what=$1 log
  shift
  log=$(mktemp "${TMPDIR:-/tmp}/dermaclassify-XXXXXX.log")
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    die "$what failed; the whole log is $log"
  fi
  rm -f "$log"
}

# install_packages SECTION...: makes sure that they are there
install_packages() {
  local names
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    return 0 # not Debian: the build says what it lacks
  fi
  mapfile -t names < <(packages_in "$@" | missing_of)
  [ ${#names[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    mapfile -t names < <(printf '%s\n' "${names[@]}" | grep -v '?')
    [ ${#names[@]} -gt 0 ] || return 0
    die "packages are missing, and there is no sudo; as root: apt-get install ${names[*]}"
  fi
  logged "apt-get update" as_root apt-get update -q -o Acquire::Retries=3
  mapfile -t names < <(printf '%s\n' "${names[@]}" | available_of)
  [ ${#names[@]} -gt 0 ] || return 0
  say "installing with apt-get: ${names[*]}"
  logged "apt-get install" as_root apt-get install -y -q --no-install-recommends -o Acquire::Retries=3 \
    -o DPkg::Lock::Timeout=600 "${names[@]}"
}

# build_in FOLDER OPTION...: configures if that has not been done, and compiles what has changed; one program at a time
build_in() {
  local build=$1 lock tried=0
  shift
  mkdir -p "$build" 2>/dev/null || [ -d "$build" ] || die "$build: cannot be made, and is no folder of a build"
  # The folder itself is locked, and so never replaced. Where folders cannot be locked it is built all the same.
  exec {lock}<"$build"
  flock -n -E 75 "$lock" 2>/dev/null || tried=$?
  if [ $tried -eq 75 ]; then
    say "waiting for another program that builds in $build"
    flock "$lock"
  fi
  if [ ! -e "$build/build.ninja" ]; then
    configure_in "$build" "$@"
  fi
  logged "the build" ninja -C "$build"
  exec {lock}<&-
}

# configure_in FOLDER OPTION...: what a configuration left that failed goes; a folder of something else stays.
configure_in() {
  local build=$1
  shift
  say "building in $build"
  if [ -d "$build/meson-private" ]; then
    find "$build/" -mindepth 1 -delete
  elif [ -n "$(ls -A "$build")" ]; then
    die "$build: is there, and is no folder of a build"
  fi
  logged "meson setup" meson setup "$build" "$root" "$@"
}

# enter_devenv FOLDER: the environment in which GStreamer finds what was built there
enter_devenv() {
  local build=$1
  if [ ! "$build/devenv" -nt "$build/build.ninja" ]; then
    meson devenv -C "$build" --dump >"$build/devenv.$$" 2>/dev/null && mv "$build/devenv.$$" "$build/devenv"
  fi
  set +u # it appends to variables that may not be set
  # shellcheck disable=SC1091
  . "$build/devenv"
  set -u
  LD_LIBRARY_PATH=${LD_LIBRARY_PATH%:}
}
