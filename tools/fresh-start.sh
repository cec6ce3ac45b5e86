#!/usr/bin/env bash
# Publishes Attune as the README says, starts it as on a machine that has never seen it, and measures until the console is open and a sample transcribed.
#
#   tools/fresh-start.sh [FOLDER]    half a minute; FOLDER is one that was published before. Needs curl.
#
# The program gets no environment but a home folder of its own, which is empty. Fails if something does not work, if the probe says ready too early or
# the first request finds a cold model, if the log has a warning, if files are left that nobody asked for, or if starting, opening and transcribing take more
# than 10 seconds (or LIMIT_SECONDS).
set -euo pipefail
cd "$(dirname "$0")/.."
limit_ms=$((${LIMIT_SECONDS:-10} * 1000))
rpc=127.0.0.1:$((20000 + RANDOM % 10000)) web=127.0.0.1:$((30000 + RANDOM % 2000))
sample=samples/digits-clean-1

work=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  [ ! -s "$work/log" ] || cat "$work/log" >&2
  exit 1
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }
report() { printf '%-58s %6d ms\n' "$1" "$2"; }

# Runs a command and reports how long it took.
measure() {
  local what=$1 begin
  shift
  begin=$(now_ms)
  "$@"
  report "$what" $(($(now_ms) - begin))
}

publish() {
  # The README's own line, into another folder.
  local line
  line=$(grep -m 1 '^dotnet publish src/Cli ' README.md | sed "s/ *#.*//; s#-o /opt/attune#-o $folder#")
  [[ $line == *" -o $folder" ]] || fail "The README has no line 'dotnet publish src/Cli ... -o /opt/attune'."
  $line >"$work/publish.log" || { cat "$work/publish.log" >&2; fail "$line"; }
}

folder=${1:-$work/attune}
[ $# -gt 0 ] || measure "publish" publish
printf '%-58s %6s\n' "size of the folder" "$(du -sh "$folder" | cut -f1)"

# What a machine with the runtime alone has: where dotnet is, and the usual programs.
runtime=$(dotnet --list-runtimes | sed -n 's/^Microsoft.AspNetCore.App .*\[\(.*\)\/shared\/.*/\1/p' | head -n 1)
mkdir "$work/home" "$work/state"
attune=(env -i HOME="$work/home" PATH=/usr/bin:/bin DOTNET_ROOT="$runtime" "$folder/attune")
ready() { "${attune[@]}" health --server "http://$rpc" --timeout 1 >/dev/null 2>&1; }

begin=$(now_ms)
"${attune[@]}" serve --urls="http://$rpc" --Serving:WebUrl="http://$web" --State:Directory="$work/state" >"$work/log" 2>&1 &
server=$!
! ready || fail "The probe says ready while the model loads."
until curl -sf -o /dev/null "http://$web/"; do
  kill -0 "$server" 2>/dev/null || fail "The server ended."
  [ $(($(now_ms) - begin)) -lt $((6 * limit_ms)) ] || fail "The server does not listen."
  sleep 0.02
done
report "start, until it listens" $(($(now_ms) - begin))
ready || fail "It listens, but the probe does not say ready."

# The page, and everything that it and its modules name.
console() {
  local queue=(/) seen=() path name quoted="[\"']([^\"'#:]+)[\"']"
  while [ ${#queue[@]} -gt 0 ]; do
    path=${queue[0]}
    queue=("${queue[@]:1}")
    [[ " ${seen[*]} " != *" $path "* ]] || continue
    seen+=("$path")
    curl -sSf -o "$work/page" "http://$web$path" || fail "The console lacks $path."
    [ -s "$work/page" ] || fail "The console's $path is empty."
    ! grep -qE "(src=|href=|from |URL\()[\"']https?:" "$work/page" || fail "The console's $path fetches from elsewhere."
    for name in $(grep -oE "(src=|href=|from |URL\()$quoted" "$work/page" | sed -E "s/^.*$quoted/\1/"); do
      [[ $name != /v1/* ]] || continue # a method, not a file
      [[ $name == /* ]] || name=$(dirname "$path")/$name
      queue+=("$(realpath -ms "$name")")
    done
  done
  files=${#seen[@]}
}
measure "console, with everything that it names" console
printf '%-58s %6s\n' "files of the console" "$files"
[ "$files" -ge 15 ] || fail "That is too few: what the page names was not found."

recognise() {
  printf '{"audio": "%s"}' "$(base64 -w0 "$sample.wav")" | curl -sS --fail-with-body --json @- "http://$web/v1/speech:recognize" >"$work/answer" || fail "$(cat "$work/answer")"
  grep -qE "\"transcript\": ?\"$(cat "$sample.txt")\"" "$work/answer" || fail "The sample was heard otherwise: $(cat "$work/answer")"
}
first=$(now_ms)
measure "first request: a sample, with adaptation" recognise
first=$(($(now_ms) - first))
total=$(($(now_ms) - begin))
second=$(now_ms)
measure "the same again" recognise
second=$(($(now_ms) - second))
[ "$first" -le $((3 * second + 1000)) ] || fail "The first request took $first ms, the second $second: the model was not warm when the probe said so."
report "from start to transcript" "$total"
[ "$total" -le "$limit_ms" ] || fail "That is more than $limit_ms ms."

transcribe() {
  "${attune[@]}" transcribe "$sample.wav" >"$work/transcript" 2>&1 || fail "$(cat "$work/transcript")"
  grep -qE "final +$(cat "$sample.txt")$" "$work/transcript" || fail "The sample was heard otherwise: $(cat "$work/transcript")"
}
measure "attune transcribe, without a server" transcribe

end() {
  kill -TERM "$server"
  wait "$server" || fail "The server ended with exit status $?."
}
measure "stop" end
server=

# Kestrel warns whenever an address for browsers is there besides that of gRPC.
! grep -E ' (warn|fail|crit): ' "$work/log" | grep -v 'Overriding address' >&2 || fail "The log has warnings."
left=$(find "$work/home" -type f ! -path '*/.cache/attune/native/*')
[ -z "$left" ] || fail "Files were left that nobody asked for: $left"
