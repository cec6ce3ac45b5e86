#!/usr/bin/env bash
# Writes a dictionary that is in the public domain as one text file, from a Debian package of dictd:
#
#     tools/text/dictionary.sh dict-jargon jargon.txt      # the Jargon File, 1.4 MB
#     tools/text/dictionary.sh dict-devil devil.txt        # Bierce's The Devil's Dictionary, 0.4 MB
#
# Nothing is installed; apt-get fetches the package, and dpkg-deb unpacks it.
set -euo pipefail
package=${1:?usage: dictionary.sh PACKAGE OUT.txt}
out=$(realpath "${2:?usage: dictionary.sh PACKAGE OUT.txt}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "$package" 2> download.log || { cat download.log >&2; exit 1; }
dpkg-deb -x ./*.deb .
# dictzip is gzip with an index.
gzip -dc < "$(echo usr/share/dictd/*.dict.dz)" > "$out"
