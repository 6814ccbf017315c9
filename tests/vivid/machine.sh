#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine.sh FOLDER MODULES PROGRAM
#
# Runs a test program on a kernel of its own: Debian's, in an emulated machine whose root is the root of this one,
# read-only. FOLDER keeps the kernel for the next time. MODULES are the names of kernel modules that the program may load
# with `$DERMA_LOAD NAME [OPTION...]` and unload with `$DERMA_UNLOAD NAME`. What the program writes to standard output
# comes out; where no such machine can run, that is a test that is skipped.
set -euo pipefail

folder=$1
read -r -a modules <<<"$2"
program=$(realpath "$3")
limit=${DERMA_MACHINE_SECONDS:-600}
base=(virtio_pci 9pnet_virtio 9p)

skip() {
  echo "1..0 # SKIP $*"
  exit 0
}

for tool in qemu-system-x86_64 busybox cpio depmod modprobe dpkg apt-get apt-cache flock; do
  PATH=$PATH:/usr/sbin:/sbin
  command -v "$tool" >/dev/null || skip "there is no $tool"
done
[ "$(dpkg --print-architecture)" = amd64 ] || skip "the machine is emulated for amd64 only"
[ -z "${DERMA_UNDER:-}" ] || skip "a sanitizer's program is too slow in an emulated machine"
ldd "$(command -v busybox)" >/dev/null 2>&1 && skip "busybox is not the static one (package busybox-static)"

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
exec 9>"$folder/lock"
flock 9

# fetch_kernel: the modules and the image, unpacked
fetch_kernel() {
  local package scratch=$folder/fetch
  [ ! -e "$folder/kernel/done" ] || return 0
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: *\(linux-image-[^ ]*\)$/\1/p' | head -n 1)
  [ -n "$package" ] || return 1
  rm -rf "$scratch" "$folder/kernel"
  mkdir -p "$scratch"
  (cd "$scratch" && apt-get download -q "$package") >"$folder/fetch.log" 2>&1 || return 1
  dpkg -x "$scratch"/*.deb "$folder/kernel"
  rm -rf "$scratch"
  # Debian 13 has them below /usr.
  [ -d "$folder/kernel/lib" ] || ln -s usr/lib "$folder/kernel/lib"
  depmod -b "$folder/kernel" "$(ls "$folder/kernel/lib/modules")"
  touch "$folder/kernel/done"
}

# files_of MODULE...: paths of their files, each after those that it needs
files_of() {
  local name
  for name in "$@"; do
    modprobe --dirname "$folder/kernel" --set-version "$version" --show-depends "$name" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | awk '!seen[$0]++'
}

# plain: the files named on standard input, unpacked where they are compressed
plain() {
  local file
  while read -r file; do
    case $file in
      *.xz) [ -e "${file%.xz}" ] || xz -dk "$file" ;;
    esac
    printf '%s\n' "${file%.xz}"
  done
}

# A script of the guest is written with the paths of the host, which are the same there.
write_job() {
  local name file
  echo "#!/bin/bash"
  printf 'export %s\n' "PATH=/usr/sbin:/usr/bin:/sbin:/bin" "TMPDIR=/dev/shm" "HOME=/dev/shm" "LC_ALL=C.UTF-8"
  for name in LD_LIBRARY_PATH GST_REGISTRY GST_REGISTRY_UPDATE GST_PLUGIN_PATH DERMA_PLUGIN DERMA_COMMAND DERMA_MODEL SOURCE_ROOT \
    G_DEBUG GST_DEBUG DERMA_PICTURE DERMA_MINUTES DERMA_SEED; do
    if [ -n "${!name:-}" ]; then printf 'export %s=%q\n' "$name" "${!name}"; fi
  done
  printf 'export DERMA_LOAD=/dev/shm/load DERMA_UNLOAD="busybox rmmod"\n'
  echo 'cat >/dev/shm/load <<"END"'
  echo '#!/bin/bash'
  echo 'name=$1; shift; files=()'
  echo 'case $name in'
  for name in "${modules[@]}"; do
    printf '%s) files=(' "$name"
    while read -r file; do printf '%q ' "$file"; done < <(files_of "$name" | plain)
    echo ') ;;'
  done
  echo 'esac'
  # shellcheck disable=SC2016
  echo 'last=$((${#files[@]} - 1))
for i in "${!files[@]}"; do
  if [ "$i" -eq "$last" ]; then busybox insmod "${files[$i]}" "$@"; else busybox insmod "${files[$i]}" 2>/dev/null || true; fi
done'
  echo 'END'
  echo 'chmod +x /dev/shm/load'
  printf 'set -o pipefail; cd /dev/shm; %q 2>/dev/shm/complaints | sed -u "s/^/out: /"; echo "end: $?"\n' "$program"
  echo 'sed "s/^/err: /" /dev/shm/complaints'
}

write_init() {
  cat <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
while read -r file; do insmod "$file" 2>/dev/null; done </modules/list
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=1048576 host /host || echo "err: the host's root cannot be mounted"
mount --move /dev /host/dev
mkdir -p /host/dev/shm
mount -t tmpfs none /host/dev/shm
mount -t tmpfs none /host/run
mount -t proc none /host/proc
mount -t sysfs none /host/sys
mount -t configfs none /host/sys/kernel/config 2>/dev/null
cp /job /host/dev/shm/job
chroot /host /bin/bash /dev/shm/job
poweroff -f
END
}

make_initramfs() {
  local root=$1 file n=0
  mkdir -p "$root"/{bin,proc,sys,dev,host,modules}
  cp "$(command -v busybox)" "$root/bin/busybox"
  while read -r file; do
    n=$((n + 1))
    cp "$file" "$root/modules/$n.ko"
    echo "/modules/$n.ko"
  done < <(files_of "${base[@]}" | plain) >"$root/modules/list"
  write_init >"$root/init"
  write_job >"$root/job"
  chmod +x "$root/init"
  (cd "$root" && find . -print0 | cpio --null --create --format=newc --quiet | gzip -1) >"$2"
}

fetch_kernel || skip "the package linux-image-amd64 cannot be fetched: $(tail -n 1 "$folder/fetch.log" 2>/dev/null || echo "apt-cache does not know it")"
version=$(ls "$folder/kernel/lib/modules")
image=$(echo "$folder"/kernel/boot/vmlinuz-*)
if [ -n "${GST_REGISTRY:-}" ]; then gst-inspect-1.0 --exists fakesink >/dev/null 2>&1 || true; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
GST_REGISTRY_UPDATE=no make_initramfs "$scratch/root" "$scratch/initramfs"
timeout "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 1024 -smp 2 -nodefaults -display none -no-reboot \
  -serial stdio -kernel "$image" -initrd "$scratch/initramfs" -append "console=ttyS0 quiet loglevel=3 panic=-1" \
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=host,mount_tag=host \
  </dev/null >"$scratch/log" 2>&1 || echo "# the machine ended with $?" >&2
sed -i 's/\r$//' "$scratch/log"
sed -n 's/^out: //p' "$scratch/log"
sed '/^out: /d' "$scratch/log" >&2
# A machine that stops before the test does must not pass for one.
status=$(sed -n 's/^end: //p' "$scratch/log")
[ -n "$status" ] || echo "Bail out! the machine did not get to the end of the test"
exit "${status:-1}"
