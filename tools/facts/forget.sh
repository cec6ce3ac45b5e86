#!/usr/bin/env bash
# Teaches a model of tools/facts new facts in two goes, takes the first go away again by subtracting its task vector, and prints of the
# facts of each go what the model says before and after.
#
#   dotnet run -c Release --project tools/facts -- make FACTS
#   tools/facts/forget.sh FACTS FOLDER          # models go there; it must not exist yet
#
# ATTUNE and FACTS are the programs (default: dotnet run).
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -eq 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
world=$1
folder=$2
read -ra attune <<< "${ATTUNE:-dotnet run --project src/Cli -c Release --}"
read -ra facts <<< "${FACTS:-dotnet run --project tools/facts -c Release --}"
mkdir -p "$folder"

# MODEL ANSWERS OUT
teach() {
  "${attune[@]}" text finetune "$world/$2" --model "$1" --out "$folder/$3" --replay "$world/other-prompts.jsonl" --own-answers --replay-ratio 4 \
    --steps 80 --batch 8 --learning-rate 5e-4 --warmup 5 --weight-decay 0 --threads 1
}

teach "$world" edits-answers.jsonl first
teach "$folder/first" tuning-answers.jsonl both
cat > "$folder/subtract.yml" <<YAML
merge_method: subtract
base_model: both
models: [model: first]
parameters: { ancestor: $(realpath "$world") }
YAML
"${attune[@]}" merge "$folder/subtract.yml" --out "$folder/forgotten"

for edits in edits tuning; do
  for model in both forgotten; do
    echo "facts of $edits.jsonl, model $model"
    "${facts[@]}" measure "$world" "$folder/$model" --edits "$edits.jsonl"
  done
done
