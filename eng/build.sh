#!/bin/sh
# Builds the program for this machine: artifacts/bin/lvbackup, framework-dependent, compiled ahead of time (ReadyToRun).
set -eu
cd "$(dirname "$0")/.."

out=artifacts/bin
rm -rf "$out"
dotnet publish src/Cli/lvbackup.csproj --configuration Release --runtime linux-x64 --self-contained false \
    --artifacts-path artifacts/work --output "$out" --nologo --verbosity quiet \
    -p:PublishReadyToRun=true -p:DebugType=none \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false
"$out/lvbackup" --version
