#!/usr/bin/env bash
# Measures a Dify app, keeps the reports, and ends with dify-bench's exit code: 1 where a limit is
# broken, 3 where too few samples tell, 4 where the measuring itself was not valid.
#
# The app here is that of a server on loopback. For yours, leave the server out, and set DIFY_BASE_URL
# and, from a secret, DIFY_API_KEY. What follows the script's name goes to dify-bench run.
#
# Needs: npm install --global dify-bench
set -euo pipefail

reports=${REPORTS:-reports}
mkdir -p "$reports"

said=$(mktemp)
dify-bench serve --first-token 200ms --gap 15ms --tokens 60 >"$said" &
server=$!
# A trap's last command would take the place of the exit code.
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true; rm -f "$said"' EXIT
until grep -q 'Chatflow key' "$said"; do
	# It ended instead: there is nothing to wait for.
	kill -0 "$server"
	sleep 0.1
done
DIFY_BASE_URL=$(sed -n 's/^base URL *//p' "$said")
DIFY_API_KEY=$(sed -n 's/^Chatbot key *//p' "$said")
export DIFY_BASE_URL DIFY_API_KEY

dify-bench run --query 'Hello' --rate 20 --duration 5s \
	--assert 'ttft.p95 < 800' \
	--assert 'outcome.completed >= 99%' \
	--html "$reports/dify-bench.html" \
	--json "$reports/dify-bench.json" \
	--junit "$reports/dify-bench.xml" \
	"$@"
