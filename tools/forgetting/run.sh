#!/usr/bin/env bash
# Fine-tunes the shipped model to spelled letters in every way that guards against forgetting, and prints what each learnt and forgot
# as the table of docs/fine-tuning.md. Needs the synthesisers of tools/corpus/README.md.
#
#   tools/forgetting/run.sh FOLDER          # corpora, models and logs go there; what is there already is kept
#
# ATTUNE is the program (default: dotnet run), STEPS the steps of each training (default 150), MODEL the model (default: the shipped one).
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -eq 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$1
read -ra attune <<< "${ATTUNE:-dotnet run --project src/Cli -c Release --}"
steps=${STEPS:-150}
model=${MODEL:-models/spoken-numbers-en}
mkdir -p "$folder"

# One kind of sentence alone, by all voices: NAME KIND HOURS SEED [more options]
corpus() {
  [ -e "$folder/$1/train.jsonl" ] && return
  local weights=()
  for kind in digits numbers money times dates letters yes_no commands checks; do
    weights+=(--weight "$kind=$([ "$kind" = "$2" ] && echo 1 || echo 0)")
  done
  python3 tools/corpus/make_corpus.py numbers --out "$folder/$1" --hours "$3" --seed "$4" --held-out 0 "${weights[@]}" "${@:5}"
}

corpus letters-test letters 0.1 12
corpus digits-test digits 0.1 14
corpus letters letters 0.5 11 --exclude "$folder/letters-test/train.jsonl"
corpus digits digits 0.5 13 --exclude "$folder/digits-test/train.jsonl"

# One training, unless its log is there: NAME OPTIONS...
tune() {
  local log=$folder/$1.log
  if ! grep -q '^Last weights' "$log" 2>/dev/null; then
    "${attune[@]}" finetune --model "$model" --out "$folder/$1" --manifest "$folder/letters/train.jsonl" \
      --validation "$folder/letters-test/train.jsonl" --guard "$folder/digits-test/train.jsonl" \
      --steps "$steps" --validate-every "$steps" --batch-seconds 32 --warmup 15 --seed 1 --skip-invalid "${@:2}" >"$log.part" 2>&1 \
      || { cat "$log.part" >&2; exit 1; }
    mv "$log.part" "$log"
  fi
  row "$1" "$(grep '^Last weights' "$log")"
}

# | name | WER of the new domain | WER of the old | locality |, from a line of error rates
row() {
  sed -E "s/.*\| \S+ WER ([0-9.]+) % CER [0-9.]+ %  \| guard WER ([0-9.]+) % CER [0-9.]+ % locality ([0-9.]+)/| $1 | \1 | \2 | \3 |/" <<< "$2"
}

digits=$folder/digits/train.jsonl
echo "| | spelled letters (new), WER | digit strings (old), WER | locality |"
echo "|---|---|---|---|"
full=$(tune full --learning-rate 3e-4)
row "before" "$(grep -m1 '^step 0/' "$folder/full.log")"
echo "$full"
tune layer-norm --parameters layer-norm --learning-rate 2e-3
tune lora --lora-rank 8 --lora-alpha 16 --learning-rate 2e-3
tune l2 --learning-rate 3e-4 --pull "${L2:-0.1}"
tune ewc --learning-rate 3e-4 --pull "${EWC:-10}" --ewc "$digits"
tune replay --learning-rate 3e-4 --replay "$digits" --replay-ratio 0.5
tune replay-of-source --learning-rate 3e-4 --replay "$digits" --replay-ratio 0.5 --source-transcripts
