#!/usr/bin/env bash
# Fine-tunes a general model five ways, merges the results, and prints the two tables of docs/merging.md: what the difference between real
# and synthetic speech, learnt on general English, gives a model that knows its target from synthetic speech alone; and what two task
# vectors added keep of each gain. Needs the synthesisers of tools/corpus/README.md, and real speech:
#
#   tools/merging/run.sh SPEECH FOLDER          # corpora, models and logs go to FOLDER; what is there already is kept
#
# SPEECH has librispeech/train.jsonl, digits/train.jsonl and digits/test.jsonl. MODEL is the common ancestor (default: models/small-en),
# ATTUNE the program (default: dotnet run), STEPS the steps of each training (default 150), THREADS its threads (default 1).
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -eq 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
speech=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
read -ra attune <<< "${ATTUNE:-dotnet run --project src/Cli -c Release --}"
ancestor=$(realpath "${MODEL:-models/small-en}")
steps=${STEPS:-150}
threads=${THREADS:-1}

# Sentences of one kind, by all voices: NAME KIND HOURS SEED [more options]
numbers() {
  local weights=()
  for kind in digits numbers money times dates letters yes_no commands checks; do
    weights+=(--weight "$kind=$([ "$kind" = "$2" ] && echo 1 || echo 0)")
  done
  corpus "$1" numbers --hours "$3" --seed "$4" "${weights[@]}" "${@:5}"
}

corpus() { [ -e "$folder/$1/train.jsonl" ] || python3 tools/corpus/make_corpus.py "$2" --out "$folder/$1" --held-out 0 "${@:3}" >&2; }

# A fine-tuning of the ancestor, unless it is there: NAME MANIFEST
tune() {
  [ -e "$folder/$1/model.safetensors" ] && return
  "${attune[@]}" finetune --model "$ancestor" --out "$folder/$1" --manifest "$2" --steps "$steps" --batch-seconds 32 --warmup 15 \
    --learning-rate 3e-4 --seed 1 --skip-invalid --max-seconds 16 --threads "$threads" >"$folder/$1.log" 2>&1 || { cat "$folder/$1.log" >&2; exit 1; }
}

# NAME METHOD LINES OF THE RECIPE...
merge() {
  [ -e "$folder/$1/model.safetensors" ] && return
  { echo "merge_method: $2"; printf '%s\n' "${@:3}"; } > "$folder/$1.yml"
  "${attune[@]}" merge "$folder/$1.yml" --out "$folder/$1" >"$folder/$1.log" 2>&1 || { cat "$folder/$1.log" >&2; exit 1; }
}

# Error rates of a model in percent, "| WER | CER ": MODEL MANIFEST
rates() {
  local json=$folder/rates.json
  "${attune[@]}" eval --model "$1" --manifest "$2" --strategies none --threads "$threads" --json "$json" --restart >/dev/null 2>"$folder/rates.log" \
    || { cat "$folder/rates.log" >&2; exit 1; }
  python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))["results"][0]
i = r["wer_interval"]
print("| %.1f (%.1f to %.1f) | %.1f " % tuple(100 * x for x in (r["wer"], i["low"], i["high"], r["cer"])), end="")' "$json"
}

# A row of a table; a failure ends the script: NAME MODEL MANIFESTS...
row() {
  local figures line="| $1 "
  for manifest in "${@:3}"; do
    figures=$(rates "$2" "$manifest")
    line+=$figures
  done
  echo "$line|"
}

numbers digits digits 0.5 21 --exclude "$speech/digits/test.jsonl"
numbers letters-test letters 0.1 22
numbers letters letters 0.5 23 --exclude "$folder/letters-test/train.jsonl"
corpus general general --hours 1 --seed 24

tune target-synthetic "$folder/digits/train.jsonl"
tune general-real "$speech/librispeech/train.jsonl"
tune general-synthetic "$folder/general/train.jsonl"
tune target-real "$speech/digits/train.jsonl"
tune letters-alone "$folder/letters/train.jsonl"

real=$speech/digits/test.jsonl
for lambda in 0.25 0.5 1; do
  merge "analogy-$lambda" analogy 'base_model: target-synthetic' 'models:' '  - model: general-real' '  - model: general-synthetic' "parameters: { lambda: $lambda }"
done
echo "| | WER (95 %) | CER |"
echo "|---|---|---|"
row "before" "$ancestor" "$real"
row "C: target, synthetic" "$folder/target-synthetic" "$real"
for lambda in 0.25 0.5 1; do
  row "C + $lambda (A - B)" "$folder/analogy-$lambda" "$real"
done
row "fine-tuned to real digit strings" "$folder/target-real" "$real"

letters=$folder/letters-test/train.jsonl
two() { merge "$1" "$2" "base_model: $ancestor" 'models:' '  - model: target-real' '  - model: letters-alone' "$3"; }
two sum task_arithmetic 'parameters: { weight: 1 }'
two sum-0.7 task_arithmetic 'parameters: { weight: 0.7 }'
merge sum-uneven task_arithmetic "base_model: $ancestor" 'models:' '  - model: target-real' '    parameters: { weight: 0.5 }' '  - model: letters-alone' '    parameters: { weight: 1 }'
two ties ties 'parameters: { weight: 1, density: 0.5 }'
echo
echo "| | digit strings: WER (95 %) | CER | spelled letters: WER (95 %) | CER |"
echo "|---|---|---|---|---|"
both() { row "$1" "$2" "$real" "$letters"; }
both before "$ancestor"
both "digits alone" "$folder/target-real"
both "letters alone" "$folder/letters-alone"
both "task_arithmetic, weights 1" "$folder/sum"
both "task_arithmetic, weights 0.7" "$folder/sum-0.7"
both "task_arithmetic, weights 0.5 and 1" "$folder/sum-uneven"
both "ties, density 0.5" "$folder/ties"
