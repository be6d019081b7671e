#!/usr/bin/env bash
# The six operations of live plans from outside: scripts/smoke.sh [BASE_URL]. Ends with 1 as soon as something is not as it should be.
# The local world has an organization for it; elsewhere SMOKE_ORG names one and SMOKE_TOKEN is a token of somebody in it.
set -euo pipefail

API="${1:-http://localhost:3000}"
API="${API%/}"
ORG="${SMOKE_ORG:-test-org-123}"
WORK="$(mktemp -d)"
STREAM=""
trap '[[ -z "$STREAM" ]] || kill "$STREAM" 2>/dev/null || true; rm -rf "$WORK"' EXIT

AUTH=()
if [[ -n "${SMOKE_TOKEN:-}" ]]; then AUTH=(-H "Authorization: Bearer $SMOKE_TOKEN"); fi

fail() {
  echo "Smoke test failed: $1" >&2
  exit 1
}

# field FILTER: one value out of JSON; jq where it is installed, else node. FILTER is a path such as .steps.0.text
field() {
  if command -v jq >/dev/null; then
    jq -r "$(sed -E 's/\.([0-9]+)/[\1]/g' <<<"$1")"
  else
    node -e '
      const path = process.argv[1].split(".").filter(Boolean);
      const value = path.reduce((at, key) => at?.[key], JSON.parse(require("node:fs").readFileSync(0, "utf8")));
      console.log(value === undefined ? null : typeof value === "object" ? JSON.stringify(value) : value);
    ' "$1"
  fi
}

# call METHOD PATH [BODY]: the answer, where it is one of success.
call() {
  local answer="$WORK/answer" status
  local -a body=()
  if [[ $# -gt 2 ]]; then body=(-H "Content-Type: application/json" -d "$3"); fi
  status="$(curl -sS -m 20 -o "$answer" -w '%{http_code}' -X "$1" "$API$2" -H "X-Org-Id: $ORG" "${AUTH[@]}" "${body[@]}")" ||
    fail "$1 $2 had no answer"
  [[ "$status" == 200 ]] || fail "$1 $2 answered $status: $(cat "$answer")"
  cat "$answer"
}

# expect WHAT WANTED GOT
expect() {
  [[ "$2" == "$3" ]] || fail "$1 is not '$2' but '$3'"
}

echo "Creating plan..."
STARTED="$(call POST /api/plan/start '{"title":"Smoke Test","participants":["user1"]}')"
expect "status" started "$(field .status <<<"$STARTED")"
PLAN_ID="$(field .plan_id <<<"$STARTED")"
[[ "$PLAN_ID" =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] || fail "plan_id is no id: $PLAN_ID"
echo "Plan ID: $PLAN_ID"

echo "Watching the plan..."
curl -sSN -m 60 "$API/api/plan/$PLAN_ID/stream?org=$ORG" "${AUTH[@]}" >"$WORK/stream" 2>"$WORK/stream.error" &
STREAM=$!
# until TEXT: waits until the stream has said it
until_said() {
  for _ in $(seq 1 100); do
    if grep -qF "$1" "$WORK/stream"; then return; fi
    sleep 0.1
  done
  fail "the stream did not say $1: $(cat "$WORK/stream" "$WORK/stream.error")"
}
until_said '"type":"connected"'

echo "Adding step..."
ADDED="$(call POST /api/plan/step "{\"plan_id\":\"$PLAN_ID\",\"text\":\"Test step\",\"owner\":\"user1\"}")"
expect "status" step_added "$(field .status <<<"$ADDED")"
expect "the step" "Test step" "$(field .step.text <<<"$ADDED")"
until_said '"text":"Test step"'

echo "Getting plan..."
PLAN="$(call GET "/api/plan/$PLAN_ID")"
expect "the title" "Smoke Test" "$(field .title <<<"$PLAN")"
expect "the organization" "$ORG" "$(field .org_id <<<"$PLAN")"
expect "the step" "Test step" "$(field .steps.0.text <<<"$PLAN")"
expect "the owner" user1 "$(field .steps.0.owner <<<"$PLAN")"
expect "the participant" user1 "$(field .participants.0 <<<"$PLAN")"
expect "archived" false "$(field .archived <<<"$PLAN")"

echo "Listing plans..."
expect "the newest plan" "$PLAN_ID" "$(call GET '/api/plan/list?archived=false' | field .plans.0.id)"

echo "Archiving plan..."
ARCHIVED="$(call POST "/api/plan/$PLAN_ID/archive")"
expect "status" archived "$(field .status <<<"$ARCHIVED")"
[[ "$(field .memory_node_id <<<"$ARCHIVED")" =~ ^[0-9a-f-]{36}$ ]] || fail "there is no memory node: $ARCHIVED"
expect "archived" true "$(call GET "/api/plan/$PLAN_ID" | field .archived)"
REFUSED="$(curl -sS -m 20 -o /dev/null -w '%{http_code}' -X POST "$API/api/plan/step" -H "X-Org-Id: $ORG" "${AUTH[@]}" \
  -H "Content-Type: application/json" -d "{\"plan_id\":\"$PLAN_ID\",\"text\":\"Late\",\"owner\":\"user1\"}")"
expect "the answer to a step of an archived plan" 400 "$REFUSED"

echo "✅ Smoke test passed!"
