#!/bin/bash
# Follow docs/operate.md on a fresh Debian that may be thrown away, as root:
#
#   SITE=sdg.example.org REPOSITORY=https://git.example.org/portal.git VERSION=v1 deploy/try.sh Install
#   VERSION=v2 … deploy/try.sh Upgrade
#   deploy/try.sh --print "Rotate secrets"
#
# It runs the blocks of the page's section in their order, in one shell, and stops at the first
# command that fails. SITE, ADMIN, REPOSITORY and VERSION of the environment win over the page's.
set -euo pipefail

page=$(dirname "$0")/../docs/operate.md

commands() {
    awk -v heading="## $1" '
        /^## / { inside = ($0 == heading) }
        inside && /^```/ { copied = ($0 == "```sh"); if (!copied) print ""; next }
        inside && copied { print }
    ' "$page" | while IFS= read -r line; do
        name=${line%%=*}
        case $name in
            SITE | ADMIN | REPOSITORY | VERSION) printf '%s=%q\n' "$name" "${!name:-${line#*=}}" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
}

if [ "$1" = --print ]; then
    commands "$2"
    exit
fi
found=$(commands "$1")
[ -n "$found" ] || { echo "The page has no commands under \"$1\"." >&2; exit 2; }
bash -euxo pipefail -c "$found"
