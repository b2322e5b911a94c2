#!/usr/bin/env bash
# Builds the program for this machine: artifacts/bin/lvbackup, framework-dependent, compiled ahead of time (ReadyToRun).
# eng/build.sh [DIR [PROPERTY...]]   where to, which is emptied, and what else to tell the build (-p:...)
# The framework's generic code for our types (async methods, JSON, collections) is compiled as well, which the JIT would
# do at each start; the runtime checks that the framework is still the same and else compiles as it would have.
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")/../artifacts/bin}")
[ $# = 0 ] || shift
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_dotnet
need_packages gcc:gcc /usr/include/stdio.h:libc6-dev

ahead='--opt-cross-module:*%3B--non-local-generics-module:*%3B--opt-async-methods'
rm -rf "$out"
dotnet publish src/Cli/lvbackup.csproj --configuration Release --runtime linux-x64 --self-contained false \
    --artifacts-path artifacts/work --output "$out" --nologo --verbosity quiet \
    -p:PublishReadyToRun=true -p:DebugType=none \
    -p:PublishReadyToRunCrossgen2ExtraArgs="$ahead" \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false \
    -p:RunAnalyzers=false "$@" # the solution's build runs them
dotnet "$out/lvbackup.dll" --version
