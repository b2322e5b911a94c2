# shellcheck shell=bash
# The tiny guest: a stock cloud kernel and an initramfs with busybox, dash, mke2fs, blkdiscard, fstrim and the QEMU
# guest agent. Its packages are unpacked, never installed; one suite's guest serves every host version.

guest_suite=bookworm
guest_packages=busybox-static,dash,qemu-guest-agent,e2fsprogs,util-linux,linux-image-cloud-amd64
guest_modules=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console)
guest_programs=(dash qemu-ga mke2fs blkdiscard fstrim)
guest_recipe="2 $guest_suite $guest_packages ${guest_modules[*]} ${guest_programs[*]}"
# Named by what it is made from: checkouts with different guests share a cache without taking each other's away.
guest_dir=$lab_cache/guest-$(echo "$guest_recipe" | cat - "$lab_source/guest-init" | sha256sum | cut -c1-12)

# Copies a program and the libraries it loads, each to the place where the loader looks for it.
copy_program() {
    local source=$1 target=$2 program=$3 place library
    for place in usr/sbin sbin usr/bin bin; do
        [ -e "$source/$place/$program" ] || continue
        cp -L "$source/$place/$program" "$target/sbin/$program"
        chroot "$source" /lib64/ld-linux-x86-64.so.2 --list "/$place/$program" | grep -oE '/[^ ]+' \
            | while read -r library; do
                mkdir -p "$target$(dirname "$library")"
                cp -L "$source$library" "$target$library"
            done
        return
    done
    die "the guest's packages hold no $program"
}

make_initrd() {
    local source=$1 tree=$2 initrd=$3 module program
    mkdir -p "$tree"/{bin,sbin,dev,proc,sys,run,tmp,mnt,etc,var/run,modules}
    cp "$source/bin/busybox" "$tree/bin/busybox"
    for program in "${guest_programs[@]}"; do
        copy_program "$source" "$tree" "$program"
    done
    for module in "${guest_modules[@]}"; do
        find "$source/lib/modules" -name "$module.ko" -exec cp {} "$tree/modules/" \;
        [ -e "$tree/modules/$module.ko" ] || die "the guest's kernel has no module $module"
    done
    printf "%s\n" "${guest_modules[@]}" >"$tree/modules/order"
    install -m 0755 "$lab_source/guest-init" "$tree/init"
    # Not compressed: unpacking costs an emulated processor more than reading 10 MB from the host's page cache.
    (cd "$tree" && find . | busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$initrd"
}

build_guest() {
    local fresh=$1 work="$lab_cache/.building-guest" began=$SECONDS mirror
    local -a options kernels
    [ "$fresh" = fresh ] || [ ! -e "$guest_dir/initrd" ] || return 0
    rm -rf "$work"
    mkdir -p "$work/out" "$work/tree"
    mapfile -t options < <(apt_options)
    mirror=$(debian_mirror)
    say "guest: building from $guest_suite${mirror:+ at $mirror}"
    mmdebstrap --variant=extract --include="$guest_packages" "${options[@]}" \
        "$guest_suite" "$work/packages" ${mirror:+"$mirror"} >"$lab_cache/mmdebstrap-guest.log" 2>&1 \
        || die "guest: packages cannot be had, see $lab_cache/mmdebstrap-guest.log"
    kernels=("$work"/packages/boot/vmlinuz-*)
    cp "${kernels[0]}" "$work/out/vmlinuz"
    make_initrd "$work/packages" "$work/tree" "$work/out/initrd"
    rm -rf "$guest_dir"
    mv "$work/out" "$guest_dir"
    rm -rf "$work"
    say "guest: ${kernels[0]##*/}, built in $((SECONDS - began)) s"
}

ensure_guest() {
    need_root "building the guest"
    [ "$(dpkg --print-architecture)" = amd64 ] || die "the guest is made for amd64 hosts only"
    ensure_packages
    with_cache_lock guest build_guest "${1:-}"
}
