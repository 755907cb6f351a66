# Sourced by the other two: an operation's text on one line, and its id, the SHA-256 of the text.
# (A manifest is JSON: what is between quotes belongs into variables, not into these files.)

text_of() {
  printf '%s' "$(tr -s ' \n' ' ' <"operations/$1.graphql")" | sed 's/ $//'
}

id_of() {
  if command -v sha256sum >/dev/null; then hash=sha256sum; else hash='shasum -a 256'; fi
  printf 'sha256:%s' "$(text_of "$1" | $hash | cut -d' ' -f1)"
}
