#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-install.sh BUILD PREFIX LIBDIR: what `meson install` puts where, and that a program can be built on it.
set -u
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
build=$1
prefix=$2
libdir=$3
read -ra compiler <<<"${CC:-cc}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
there=$scratch/root$prefix
unset GST_PLUGIN_PATH DERMA_MODEL_DIR LD_LIBRARY_PATH

installs() {
  meson install -C "$build" --no-rebuild --destdir "$scratch/root"
}

# has PATTERN...: files below the prefix
has() {
  local pattern
  for pattern in "$@"; do
    compgen -G "$there/$pattern" >/dev/null || { echo "missing: $pattern"; find "$there" -type f; return 1; }
  done
}

headers_are_complete() {
  local header
  for header in "$SOURCE_ROOT"/include/derma/*.h; do
    [ -e "$there/include/derma/$(basename "$header")" ] || echo "missing: $(basename "$header")"
  done | none && has include/derma/version.h
}

nothing_of_the_tests_is_installed() {
  find "$there" -name '*test*' -o -name '*phantom*' -o -name 'derma-live*' | none
}

program_can_be_built() {
  cat >"$scratch/user.c" <<'C'
#include <derma/derma.h>
int
main (void)
{
  return derma_state_to_string (DERMA_STATE_STABLE) == NULL || DERMA_ERROR == 0;
}
C
  local flags
  sed "s|^prefix=.*|prefix=$there|" "$there/$libdir/pkgconfig/derma.pc" >"$scratch/derma.pc"
  read -ra flags < <(PKG_CONFIG_PATH=$scratch pkg-config --cflags --libs derma)
  "${compiler[@]}" -Wall -Wextra -Werror -Wno-unused-function "$scratch/user.c" -o "$scratch/user" "${flags[@]}" &&
    LD_LIBRARY_PATH=$there/$libdir "$scratch/user"
}

plugin_is_found() {
  GST_REGISTRY=$scratch/registry.bin GST_PLUGIN_PATH=$there/$libdir/gstreamer-1.0 LD_LIBRARY_PATH=$there/$libdir \
    gst-inspect-1.0 --exists --atleast-version=0.1 "$1"
}

devenv_finds_the_plugin() {
  GST_REGISTRY=$scratch/devenv.bin meson devenv -C "$build" gst-inspect-1.0 --exists --atleast-version=0.1 "$1"
}

unknown_element_is_not_found() {
  ! plugin_is_found dermanonsense
}

check "it installs" installs
check "the library and its pkg-config file" has "$libdir/libderma.so" "$libdir/libderma.so.0" "$libdir/pkgconfig/derma.pc"
check "all public headers" headers_are_complete
check "the plugin" has "$libdir/gstreamer-1.0/libgstderma.so"
check "the network and its licence" has share/dermaclassify/models/dermaclassify.onnx share/dermaclassify/models/LICENSE-weights
check "the command" has bin/derma
check "the manual page and the completion" has share/man/man1/derma.1 share/bash-completion/completions/derma
check "what software centres read" has share/metainfo/org.dermaclassify.derma.metainfo.xml
check "nothing of the tests" nothing_of_the_tests_is_installed
check "a program can be built with pkg-config" program_can_be_built
if [ -n "${DERMA_UNDER:-}" ]; then
  skip "GStreamer finds the elements" "its own programs do not run with a sanitizer's plugin"
else
  for element in dermaclassify dermaoverlay; do
    check "GStreamer finds $element installed" plugin_is_found $element
    check "GStreamer finds $element in the devenv" devenv_finds_the_plugin $element
  done
  check "GStreamer does not find what is not there" unknown_element_is_not_found
fi
done_testing
