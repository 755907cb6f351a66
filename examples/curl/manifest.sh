#!/bin/sh
# Prints the manifest of operations/: what the operator pushes, from id to text.
set -eu
cd "$(dirname "$0")"
. ./operations.sh

separator='{'
for file in operations/*.graphql; do
  name=$(basename "$file" .graphql)
  printf '%s\n  "%s": "%s"' "$separator" "$(id_of "$name")" "$(text_of "$name")"
  separator=','
done
printf '\n}\n'
