#!/usr/bin/env bash
# Builds the program for this machine: artifacts/bin/lvbackup, framework-dependent, compiled ahead of time (ReadyToRun).
# --opt-cross-module compiles the framework's generic code for our types as well (async methods above all), which the JIT would
# do at each start; the runtime checks that the framework is still the same and else compiles as it would have.
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
    -p:PublishReadyToRunCrossgen2ExtraArgs=--opt-cross-module:* \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false
"$out/lvbackup" --version
