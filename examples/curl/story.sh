#!/bin/sh
# A member's app in five steps, with curl. Exits 1 when anything is not as told.
#
#   TALLYMARK_TOKEN=eyJ… sh story.sh
set -eu
cd "$(dirname "$0")"
. ./operations.sh

url=${TALLYMARK_URL:-http://127.0.0.1:4000/graphql}
token=${TALLYMARK_TOKEN:?is missing: npm start prints one}
scratch=$(mktemp -d)
curl_pid=
trap '[ -z "$curl_pid" ] || kill "$curl_pid" 2>/dev/null || :; rm -rf "$scratch"' EXIT

fail() {
  echo "not as told: $*" >&2
  exit 1
}

# ask OPERATION VARIABLES [curl options]: runs an operation by its id.
ask() {
  name=$1 variables=$2
  shift 2
  curl -s "$@" "$url" -H "authorization: Bearer $token" -H 'content-type: application/json' \
    -d "{\"documentId\":\"$(id_of "$name")\",\"variables\":$variables}"
}

# told ANSWER PART: the answer must hold the part.
told() {
  case $1 in *"$2"*) ;; *) fail "$1 has no $2" ;; esac
}

# value ANSWER FIELD: what the first field of that name holds.
value() {
  printf '%s' "$1" | grep -o "\"$2\":[^,}]*" | head -n 1 | sed 's/^[^:]*://; s/"//g'
}

# 1. The card.
card=$(ask card '{}')
told "$card" '"me":{'
name=$(value "$card" displayName)
echo "$name: $(value "$card" available) points, $(value "$card" current) in a row"

# 2. Check in. With a key it is safe to repeat after a lost answer: it is the first one again.
key=$(date +%s)-$$
told "$(ask check-in "{\"key\":\"$key\"}")" '"replayed":false'
told "$(ask check-in "{\"key\":\"$key\"}")" '"replayed":true'
told "$(ask card '{}')" '"checkedInToday":true'
echo 'checked in'

# 3. A "no" is an answer: typed, with the numbers that matter.
ticket=$(ask rewards '{}' |
  sed -n 's/.*"id":"\([^"]*\)","title":"Conference ticket","offer":{"price":\([0-9]*\)}.*/\1 \2/p')
refused=$(ask redeem "{\"rewardId\":\"${ticket% *}\",\"expectedPrice\":${ticket#* },\"key\":\"$key\"}")
told "$refused" '"code":"INSUFFICIENT_POINTS"'
told "$refused" "\"required\":${ticket#* }"
echo "Conference ticket: $(value "$refused" message)"

# 4. The ledger, page after page.
after=null lines=0
while :; do
  page=$(ask ledger "{\"first\":4,\"after\":$after}")
  told "$page" '"seq"'
  lines=$((lines + $(printf '%s' "$page" | grep -o '"seq"' | wc -l)))
  [ "$(value "$page" hasNextPage)" = true ] || break
  after="\"$(value "$page" endCursor)\""
done
echo "$lines lines in the ledger"

# 5a. A board over GET: unchanged, it is 304 without a body.
get() {
  curl -s -G "$url" -H "authorization: Bearer $token" --data-urlencode "documentId=$(id_of leaders)" \
    --data-urlencode 'variables={"key":"all-time"}' "$@"
}
get -D "$scratch/headers" -o "$scratch/leaders"
tag=$(tr -d '\r' <"$scratch/headers" | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
status=$(get -o "$scratch/unchanged" -w '%{http_code}' -H "if-none-match: $tag")
[ "$status" = 304 ] || fail "GET with if-none-match answered $status"
echo "the board is unchanged: $status"

# 5b. Follow it over SSE: a snapshot first, then what differs.
follow() {
  : >"$scratch/events"
  ask board "$1" -N -H 'accept: text/event-stream' --max-time 20 >"$scratch/events" &
  curl_pid=$!
}
shown() {
  tries=0
  until grep -q "$1" "$scratch/events"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "the board did not show $1"
    sleep 0.1
  done
}
leave() {
  kill "$curl_pid" 2>/dev/null || :
  wait "$curl_pid" 2>/dev/null || :
  curl_pid=
}
nickname="curl $$"
follow '{"key":"all-time"}'
shown '"kind":"SNAPSHOT"'
told "$(ask rename "{\"nickname\":\"$nickname\"}")" "\"displayName\":\"$nickname\""
shown "\"displayName\":\"$nickname\""
leave
last=$(grep '"version"' "$scratch/events" | tail -n 1)
version=$(value "$last" version)
season=$(printf '%s' "$last" | sed 's/.*"season":{"id":"\([^"]*\)".*/\1/')
echo "the board showed $nickname at version $version"

# Nobody listens while the name changes back; what was missed comes with `after`.
renamed=$(ask rename '{"nickname":null}')
told "$renamed" '"displayName"'
name=$(value "$renamed" displayName)
follow "{\"key\":\"all-time\",\"after\":$version,\"season\":\"$season\"}"
shown "\"displayName\":\"$name\""
leave
echo 'All as told.'
