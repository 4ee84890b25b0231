#!/bin/sh
# Signs documents, one object of JSON a line on standard input, and posts them: FEED_KEY=whsec_… push.sh URL < documents.jsonl
# While it runs, the key is in openssl's arguments: run it where nobody else can list processes.
set -eu
body=$(mktemp); trap 'rm -f "$body"' EXIT; cat > "$body"
id=feed_$(openssl rand -hex 16) at=$(date +%s)
key=$(printf %s "${FEED_KEY#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
sum=$({ printf '%s.%s.' "$id" "$at"; cat "$body"; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
curl -sS --fail-with-body --max-time 60 --retry 5 --data-binary "@$body" -H 'content-type: application/x-ndjson' \
  -H "webhook-id: $id" -H "webhook-timestamp: $at" -H "webhook-signature: v1,$sum" "$1"
