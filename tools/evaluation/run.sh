#!/usr/bin/env bash
# Evaluates the strategies in one of two sizes, into OUT.json, OUT.md, OUT.html and OUT-pictures.
#
#   tools/evaluation/run.sh quick   MANIFEST NOISES OUT [option of attune eval]...    about five minutes on two cores for the model that ships
#   tools/evaluation/run.sh nightly MANIFEST NOISES OUT [option of attune eval]...    a night
#
# MANIFEST is JSON lines with audio_filepath, text and speaker; NOISES a folder of recordings. Killed, the same command goes on.
set -euo pipefail
[ $# -ge 4 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
size=$1 manifest=$2 noises=$3 out=$4
shift 4

case $size in
  quick)
    plan=(--noise clean white@10 "$noises@5" --limit 20
      --strategies none,suta:steps=2,csuta,slow-only,dsuta:steps=2) ;;
  nightly)
    plan=(--noise clean white@10 white@5 "$noises@5"
      --scenario single sudden-500 sudden-100 sudden-20 random-segments mixed return-to-clean
      --strategies none,tent,sdpl,suta,sgem,csuta,slow-only,dsuta,dsuta-fixed,dsuta-oracle,dsuta-dynamic,awmc --scorecard) ;;
  *) echo "The size must be quick or nightly. Given: '$size'." >&2; exit 2 ;;
esac

exec dotnet run --project "$(dirname "$0")/../../src/Cli" -c Release -- eval --manifest "$manifest" "${plan[@]}" \
  --json "$out.json" --markdown "$out.md" --html "$out.html" --pictures "$out-pictures" "$@"
