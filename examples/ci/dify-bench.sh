#!/usr/bin/env bash
# Measures a Dify app, keeps the reports, and exits with the exit code of dify-bench: 1 if a limit is
# broken, 3 if there are too few samples to decide, 4 if the measurement is not valid.
#
# This example measures a local server of dify-bench. To measure your app, remove the server and set
# DIFY_BASE_URL and, from a secret, DIFY_API_KEY. All arguments are passed to dify-bench run.
#
# Requirement: npm install --global dify-bench
set -euo pipefail

reports=${REPORTS:-reports}
mkdir -p "$reports"

server_output=$(mktemp)
dify-bench serve --first-token 200ms --gap 15ms --tokens 60 >"$server_output" &
server=$!
# `|| true` keeps a failing command of the trap from replacing the exit code.
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true; rm -f "$server_output"' EXIT
until grep -q 'Chatflow key' "$server_output"; do
	# Stop waiting if the server has ended.
	kill -0 "$server"
	sleep 0.1
done
DIFY_BASE_URL=$(sed -n 's/^base URL *//p' "$server_output")
DIFY_API_KEY=$(sed -n 's/^Chatbot key *//p' "$server_output")
export DIFY_BASE_URL DIFY_API_KEY

dify-bench run --query 'Hello' --rate 20 --duration 5s \
	--assert 'ttft.p95 < 800' \
	--assert 'outcome.completed >= 99%' \
	--html "$reports/dify-bench.html" \
	--json "$reports/dify-bench.json" \
	--junit "$reports/dify-bench.xml" \
	"$@"
