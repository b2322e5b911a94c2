#!/usr/bin/env bash
# Sets up and passes the tests: packages, lab, libvirt's API description, build, every test project.
# The last line is "N passed, N failed, N skipped" over all of them; what each test took is in artifacts/results. Under CI a skipped
# integration test is a failure, for the script has set up all that they need.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_dotnet
need_packages g++:g++ zsh:zsh fish:fish script:bsdutils /usr/bin/kill:procps openssl:openssl xmllint:libxml2-utils \
    python3:python3 /usr/lib/x86_64-linux-gnu/libzstd.so.1:libzstd1 systemd-nspawn:systemd-container \
    virsh:libvirt-clients qemu-img:qemu-utils qemu-nbd:qemu-utils nbdkit:nbdkit nbdinfo:libnbd-bin \
    /usr/include/libnbd.h:libnbd-dev /usr/include/libvirt/libvirt.h:libvirt-dev \
    /usr/share/libvirt/schemas/domainbackup.rng:libvirt0 \
    /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring

if [ "$(id -u)" = 0 ]; then
    bash eng/lab.sh prepare
    bash eng/lab.sh versions
    export LVB_REQUIRE_LAB=1
else
    echo "not root: tests that need containers are skipped" >&2
fi
LIBVIRT_API_DIR=$(sh eng/Generator/fetch-description.sh)
export LIBVIRT_API_DIR

bash eng/build.sh
dotnet build LibvirtBackup.sln --configuration Release --nologo --verbosity quiet

results=artifacts/results
mkdir -p $results
passed=0 failed=0 skipped=0
for project in tests/*.Tests; do
    name=LibvirtBackup.$(basename "$project")
    log=$(mktemp)
    status=0
    options=(-xml "$results/$name.xml")
    # They wait for libvirt and guests a good part of the time.
    [ "$name" != LibvirtBackup.Integration.Tests ] || options+=(-maxThreads 1.5x)
    "$project/bin/Release/net10.0/$name" -noLogo -noColor "${options[@]}" >"$log" 2>&1 </dev/null || status=$?
    cat "$log"
    # "   NAME  Total: 61, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 0.9s"
    counts=$(sed -nE "s/^ +$name +Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+),.*/\1 \2 \3 \4/p" "$log" | tail -1)
    rm -f "$log"
    read -r total errors bad left <<<"${counts:-0 1 0 0}"
    # A runner that died without failing a test has failed all the same.
    if [ "$status" != 0 ] && [ $((errors + bad)) = 0 ]; then errors=1; fi
    if [ -n "${CI:-}" ] && [ "$name" = LibvirtBackup.Integration.Tests ] && [ "$left" -gt 0 ]; then
        echo "integration tests were skipped although this machine has all they need; see their reasons above" >&2
        errors=$((errors + 1))
    fi
    passed=$((passed + total - bad - left)) failed=$((failed + errors + bad)) skipped=$((skipped + left))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
