#!/usr/bin/env bash
# Writes the King James Bible, whose copyright has expired, as one text file, a verse a line (4.2 MB), from the Debian packages bible-kjv and bible-kjv-text:
#
#     tools/text/kjv.sh kjv.txt                 # the verses alone
#     tools/text/kjv.sh verses.txt --places     # each with its place in front, such as Ge1:1
#     attune text train kjv.txt --out kjv-gpt2
#
# Nothing is installed; apt-get fetches the packages, and dpkg-deb unpacks them.
set -euo pipefail
out=$(realpath "${1:?usage: kjv.sh OUT.txt [--places]}")
places=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq bible-kjv bible-kjv-text 2> download.log || { cat download.log >&2; exit 1; }
for package in *.deb; do dpkg-deb -x "$package" .; done
# One verse a line, each with its place in front, such as Ge1:1.
usr/bin/bible -f -p usr/lib 'gen1:1-rev22:21' < /dev/null | if [ "$places" = --places ]; then cat; else sed 's/^[^ ]* //'; fi > "$out"
