# shellcheck shell=bash
# Installs what a script needs, as root with apt, or prints the line that does.

# need_packages WHAT:PACKAGE...   WHAT is a command, or a file when it begins with a slash.
need_packages() {
    local row what missing=()
    for row in "$@"; do
        what=${row%%:*}
        case $what in
            /*) [ -e "$what" ] || missing+=("${row#*:}") ;;
            *) command -v "$what" >/dev/null || missing+=("${row#*:}") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local line="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "packages are missing; run as root: apt-get update && $line" >&2
        exit 1
    fi
    echo "$line" >&2
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get -qq update && $line >/dev/null
}

need_dotnet() {
    if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
        echo "the .NET 10 SDK is missing; on Ubuntu run as root: apt-get update && apt-get install -y dotnet-sdk-10.0" >&2
        echo "(on Debian first add Microsoft's package feed: https://learn.microsoft.com/dotnet/core/install/linux-debian)" >&2
        exit 1
    fi
}

# library SONAME   the library's path, or the place where it is missing.
library() {
    local path
    path=$(ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }')
    echo "${path:-/missing/$1}"
}
