#!/usr/bin/env bash
# Backup, restore and verify beside the tools that a user would pick instead: all cases in one run on one machine,
# medians of ROUNDS taken in turns. Prints the tables; with --write it also puts them into docs/performance.md, which
# says what they mean. As root; it installs what it needs.
#   eng/build.sh && tests/Benchmarks/repository.sh --write
#   ROUNDS=1 DISK_MIB=512 PARTS="backup restore" tests/Benchmarks/repository.sh      # to try it
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-5}
disk_mib=${DISK_MIB:-4096}
suite=${SUITE:-bookworm}
parts=${PARTS:-backup incremental restore verify serve delta chunks extents empty points limits}
# Unix sockets are made below it, so it is short.
work=${LVB_BENCH_DIR:-/var/tmp/lvb-bench}
cache=${LVB_LAB_CACHE:-/var/cache/lvb-lab}

# shellcheck source=eng/packages.sh
. eng/packages.sh
# shellcheck source=tests/Benchmarks/repository/measure.sh
. tests/Benchmarks/repository/measure.sh
# shellcheck source=tests/Benchmarks/repository/scene.sh
. tests/Benchmarks/repository/scene.sh
# shellcheck source=tests/Benchmarks/repository/backup.sh
. tests/Benchmarks/repository/backup.sh
# shellcheck source=tests/Benchmarks/repository/restore.sh
. tests/Benchmarks/repository/restore.sh
# shellcheck source=tests/Benchmarks/repository/large.sh
. tests/Benchmarks/repository/large.sh
# shellcheck source=tests/Benchmarks/repository/chunks.sh
. tests/Benchmarks/repository/chunks.sh
# shellcheck source=tests/Benchmarks/repository/serve.sh
. tests/Benchmarks/repository/serve.sh
# shellcheck source=tests/Benchmarks/repository/limits.sh
. tests/Benchmarks/repository/limits.sh
# shellcheck source=tests/Benchmarks/repository/report.sh
. tests/Benchmarks/repository/report.sh

[ "$(id -u)" = 0 ] || { echo "a libvirtd of its own is started: run it as root" >&2; exit 1; }
[ -x artifacts/bin/lvbackup ] || { echo "build first: eng/build.sh" >&2; exit 1; }
need_dotnet
need_packages virsh:libvirt-clients qemu-img:qemu-utils qemu-nbd:qemu-utils qemu-io:qemu-utils \
    nbdcopy:libnbd-bin nbdkit:nbdkit /usr/include/nbdkit-plugin.h:nbdkit-plugin-dev /usr/include/libnbd.h:libnbd-dev gcc:gcc \
    virtnbdbackup:virtnbdbackup /usr/bin/time:time zstd:zstd openssl:openssl

wants() { [[ " $parts " == *" $1 "* ]]; }

open_scene
! wants limits || measure_limits
for ((round = 1; round <= rounds; round++)); do
    say "round $round of $rounds"
    ! wants backup || peer_backups
    ! wants restore || peer_restore
    ! wants backup || ours_backups
    ! wants restore || ours_restores
    ! wants verify || ours_verify
    ! wants serve || serve_round
    ! wants delta || delta_round
    ! wants incremental || incrementals "$round"
    forget_round
    # Ratios among our own runs: three rounds tell.
    if wants chunks && [ "$round" -le 3 ]; then
        chunks_round "$round"
        forget_round
    fi
    ! wants empty || empty_round
    ! wants points || points_round
    # Minutes long and about memory, not time.
    ! wants extents || [ "$round" -gt 2 ] || extents_round
done
report | tee "$work/report"
[ "${1:-}" != --write ] || write_report docs/performance.md results
