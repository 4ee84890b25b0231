#!/usr/bin/env bash
# Measures from outside how `meetleaks serve` reads streams of posts: how many one core reads, beside the usual bot, and how long it
# takes from a post to its alert. deploy/bench/streams/README.md says what the numbers mean.
#
#   deploy/bench/streams.sh [--quick] [--seconds N] [--frames N]
#
#   --seconds N     how long posts come at 1,000 a second, one of them a leak each second (40)
#   --frames N      how many frames are read as fast as they are taken (300000)
#   --quick         a few seconds of each: shows that the benchmark works, the numbers say nothing
#   MEETLEAKS=…     measures that binary instead of building one
#
# Everything it writes lies in one temporary folder (under TMPDIR), which it removes; it stops the servers that it started.
# Exit codes: 0 measured, however fast or slow; 1 could not measure, or a leak was lost; 2 wrong usage.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seconds=40 burst=10 frames=300000 time=2s
redis='' port=''

fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '5,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
whole() { [[ $1 =~ ^[1-9][0-9]{0,6}$ ]]; }

arguments() {
  while (($# > 0)); do
    case $1 in
      --quick) seconds=5 burst=2 frames=20000 time=200ms ;;
      --seconds) whole "${2:-}" || usage; seconds=$2; shift ;;
      --frames) whole "${2:-}" || usage; frames=$2; shift ;;
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
  stop
  mkdir -p "$tmp/redis"
  rm -rf "$tmp/redis/"*
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 20000))
    redis-server --bind 127.0.0.1 --port "$port" --dir "$tmp/redis" --save '' --appendonly yes --maxmemory-policy noeviction \
      >"$tmp/redis.log" 2>&1 &
    redis=$!
    for _ in {1..50}; do
      if [[ $(redis-cli -p "$port" ping 2>/dev/null) == PONG ]] && kill -0 "$redis" 2>/dev/null; then return; fi
      sleep 0.1
    done
    stop
  done
  fail 'Redis does not start'
}

# pin sets core to the last one that may be used, and alone to what runs a command on it; -1 and nothing where that cannot be done.
pin() {
  core=-1 alone=()
  if command -v taskset >/dev/null; then
    core=$(taskset -pc $$ | sed 's/.*[^0-9]//')
    alone=(taskset -c "$core")
  fi
}

# memory runs each source's own benchmark of its frames on one core, and the peer.
memory() {
  local service
  echo "== frames in memory, one core"
  for service in bluesky mastodon x; do
    go test -c -o "$tmp/$service.test" "./scanner/source/$service"
    echo "$service, its decoding and filter (the benchmark of its package):"
    GOMAXPROCS=1 "${alone[@]}" "$tmp/$service.test" -test.run '^$' -test.bench '^BenchmarkFrames' -test.benchtime "$time" |
      awk '/^Benchmark/ {
        line = "  " $1
        for (i = 3; i < NF; i += 2) if ($(i + 1) ~ /frames\/s|MB\/s/) line = line "  " $i " " $(i + 1)
        print line
      }'
    echo "$service, encoding/json and one regular expression:"
    GOMAXPROCS=1 "${alone[@]}" "$tmp/streams" peer -service "$service" -frames "$frames"
  done
}

# fresh empties the store.
fresh() {
  rm -f "$tmp"/streams.db*
  store=sqlite:$tmp/streams.db
  if [[ $1 == redis ]]; then start_redis; store=redis://127.0.0.1:$port/0; fi
}

main() {
  arguments "$@"
  command -v redis-server >/dev/null || fail 'redis-server is needed: apt-get install redis-server'
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/meetleaks-bench.XXXXXX")
  trap 'stop; rm -rf "$tmp"' EXIT
  cd "$repository"
  export CGO_ENABLED=0
  local meetleaks=${MEETLEAKS:-$tmp/meetleaks} kind service store core alone
  [[ -n ${MEETLEAKS:-} ]] || go build -trimpath -o "$meetleaks" ./cmd/meetleaks
  meetleaks=$(realpath "$meetleaks")
  go build -o "$tmp/streams" ./deploy/bench/streams
  pin
  echo "load of the machine: $(uptime | sed 's/.*load average: //'), $(nproc) cores"
  memory
  for kind in sqlite redis; do
    echo "== through the socket as fast as it is taken, one core, $kind"
    for service in bluesky mastodon x; do
      fresh "$kind"
      "$tmp/streams" flood -meetleaks "$meetleaks" -store "$store" -service "$service" -frames "$frames" -core "$core"
    done
    echo "== through the socket at 1,000 a second, $kind"
    for service in bluesky mastodon x; do
      fresh "$kind"
      "$tmp/streams" latency -meetleaks "$meetleaks" -store "$store" -service "$service" -seconds "$seconds"
    done
    echo "== a burst of 10,000 a second, $kind"
    fresh "$kind"
    "$tmp/streams" latency -meetleaks "$meetleaks" -store "$store" -service bluesky -rate 10000 -seconds "$burst"
  done
  echo "load of the machine: $(uptime | sed 's/.*load average: //')"
}

main "$@"
