#!/usr/bin/env bash
# Measures `meetleaks serve` from outside, with Redis and with the embedded store: the time from a document to the call that tells Slack,
# from a press in Slack to the changed card, and how fast a long queue is listed. deploy/bench/README.md says what the numbers mean.
#
#   deploy/bench/serve.sh [--quick] [--seconds N] [--presses N] [--leaks N] [--sightings N]
#
#   --seconds N     how long documents are handed in, 1,000 of them and one leak a second (120)
#   --presses N     presses over signed requests, and again over Socket Mode (200)
#   --leaks N       leaks of the long queue (100000); --sightings N places of each (10)
#   --quick         a few seconds of each: shows that the benchmark works, the numbers say nothing
#   MEETLEAKS=…     measures that binary instead of building one
#
# Everything it writes lies in one temporary folder (under TMPDIR), which it removes; it stops the servers that it started.
# Exit codes: 0 measured, however fast or slow; 1 could not measure, or a leak was not told; 2 wrong usage.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seconds=120 presses=200 leaks=100000 sightings=10
redis='' port=''

fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }
say() { printf 'bench: %s\n' "$*" >&2; }
usage() { sed -n '5,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
whole() { [[ $1 =~ ^[1-9][0-9]{0,6}$ ]]; }

arguments() {
  while (($# > 0)); do
    case $1 in
      --quick) seconds=5 presses=5 leaks=500 sightings=2 ;;
      --seconds) whole "${2:-}" || usage; seconds=$2; shift ;;
      --presses) whole "${2:-}" || usage; presses=$2; shift ;;
      --leaks) whole "${2:-}" || usage; leaks=$2; shift ;;
      --sightings) whole "${2:-}" || usage; sightings=$2; shift ;;
      -h | --help) (usage 2>&1) || true; exit 0 ;;
      *) usage ;;
    esac
    shift
  done
}

# stop ends what was started: only our own process, by its id.
stop() {
  if [[ -n $redis ]]; then kill "$redis" 2>/dev/null || true; wait "$redis" 2>/dev/null || true; fi
  redis=''
}

# start_redis starts an empty Redis and waits until it answers.
start_redis() {
  local attempt
  stop
  mkdir -p "$tmp/redis"
  rm -rf "$tmp/redis/"*
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 20000))
    redis-server --bind 127.0.0.1 --port "$port" --dir "$tmp/redis" --save '' --appendonly yes --maxmemory-policy noeviction \
      >"$tmp/redis.log" 2>&1 &
    redis=$!
    for attempt in {1..50}; do
      if [[ $(redis-cli -p "$port" ping 2>/dev/null) == PONG ]] && kill -0 "$redis" 2>/dev/null; then return; fi
      sleep 0.1
    done
    say "Redis did not come up on port $port after $attempt looks"
    stop
  done
  fail 'Redis does not start'
}

main() {
  arguments "$@"
  command -v redis-server >/dev/null || fail 'redis-server is needed: apt-get install redis-server'
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/meetleaks-bench.XXXXXX")
  trap 'stop; rm -rf "$tmp"' EXIT
  cd "$repository"
  export CGO_ENABLED=0
  local meetleaks=${MEETLEAKS:-$tmp/meetleaks}
  [[ -n ${MEETLEAKS:-} ]] || go build -trimpath -o "$meetleaks" ./cmd/meetleaks
  go build -o "$tmp/service" ./deploy/bench/service
  local kind store way
  for kind in redis sqlite; do
    echo "== $kind"
    store=sqlite:$tmp/latency.db
    if [[ $kind == redis ]]; then start_redis; store=redis://127.0.0.1:$port/0; fi
    "$tmp/service" latency -meetleaks "$meetleaks" -store "$store" -seconds "$seconds"
    for way in http socket; do
      store=sqlite:$tmp/presses-$way.db
      if [[ $kind == redis ]]; then start_redis; store=redis://127.0.0.1:$port/0; fi
      "$tmp/service" presses -meetleaks "$meetleaks" -store "$store" -presses "$presses" -way "$way"
    done
    store=sqlite:$tmp/listing.db
    if [[ $kind == redis ]]; then start_redis; store=redis://127.0.0.1:$port/0; fi
    "$tmp/service" listing -meetleaks "$meetleaks" -store "$store" -leaks "$leaks" -sightings "$sightings"
    if [[ $kind == redis ]]; then
      echo "memory of Redis: $(redis-cli -p "$port" info memory | sed -n 's/^used_memory_human:\([^\r]*\).*/\1/p')"
    else
      echo "size of the file: $(du -m "$tmp/listing.db" | cut -f1) MB"
    fi
  done
}

main "$@"
