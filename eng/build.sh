#!/usr/bin/env bash
# Builds the program for this machine: artifacts/bin/lvbackup, framework-dependent, compiled ahead of time (ReadyToRun).
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_dotnet
need_packages gcc:gcc /usr/include/stdio.h:libc6-dev

out=artifacts/bin
rm -rf "$out"
dotnet publish src/Cli/lvbackup.csproj --configuration Release --runtime linux-x64 --self-contained false \
    --artifacts-path artifacts/work --output "$out" --nologo --verbosity quiet \
    -p:PublishReadyToRun=true -p:DebugType=none \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false
"$out/lvbackup" --version
