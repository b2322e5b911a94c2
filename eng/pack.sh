#!/usr/bin/env bash
# Makes the NuGet packages: LibvirtBackup.Interop and LibvirtBackup with symbols, and the dotnet tool lvbackup.
# eng/pack.sh [DIR]   where to; default artifacts/packages. What is built already for Release is taken as it is.
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")/../artifacts/packages}")
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_dotnet
need_packages gcc:gcc /usr/include/stdio.h:libc6-dev

mkdir -p "$out"
rm -f "$out"/LibvirtBackup*.nupkg "$out"/LibvirtBackup*.snupkg "$out"/lvbackup*.nupkg "$out"/lvbackup*.snupkg
# In the order of reference, so that each is built once.
for project in src/Interop/LibvirtBackup.Interop.csproj src/Domain/LibvirtBackup.csproj src/Cli/lvbackup.csproj; do
    dotnet restore "$project" --verbosity quiet
    dotnet pack "$project" --no-restore --configuration Release --output "$out" --nologo --verbosity quiet
done
ls "$out"
