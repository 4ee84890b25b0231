#!/usr/bin/env bash
# Measures `meetleaks scan http://…` beside colly with its own queue, on a real site that nginx serves on loopback.
# deploy/bench/README.md says what the numbers mean.
#
#   deploy/bench/crawl-vs-colly.sh [--quick] [--runs N] [--synthetic N] [DIR]
#
# DIR is a folder of web pages with an index.html; without it the HTML documentation of Debian's openjdk-17-doc (10,000
# pages). It is copied, and meeting links are planted in the copy.
#   --runs N        runs of each crawl that count (3)
#   --synthetic N   pages of the large invented site on which memory is compared with one of 10,000 (1000000; 0 leaves it out)
#   --quick         300 pages and one run: shows that the benchmark works, the numbers say nothing
#   --check         crawls once, without the peer and the invented site; fails unless all planted links were found
#   MEETLEAKS=…     measures that binary instead of building one
#
# Everything it writes lies in one temporary folder (under TMPDIR), which it removes; it stops the servers that it started.
# Exit codes: 0 measured, however fast or slow; 1 could not measure; 2 wrong usage.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
runs=3 synthetic=1000000 small=10000 max_pages=20000 quick=0 check=0 folder=''
servers=()

fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }
say() { printf 'bench: %s\n' "$*" >&2; }
usage() { sed -n '5,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
whole() { [[ $1 =~ ^[0-9]{1,7}$ ]]; }

arguments() {
  while (($# > 0)); do
    case $1 in
      --quick) quick=1 runs=1 synthetic=2000 small=200 max_pages=300 ;;
      --check) check=1 runs=1 synthetic=0 ;;
      --runs) whole "${2:-}" || usage; runs=$2; shift ;;
      --synthetic) whole "${2:-}" || usage; synthetic=$2; shift ;;
      -h | --help) (usage 2>&1) || true; exit 0 ;;
      -*) usage ;;
      *) [[ -z $folder ]] || usage; folder=$1 ;;
    esac
    shift
  done
  ((runs >= 1 && runs <= 100)) || usage
}

# stop ends what was started: only our own processes, by their ids.
stop() {
  local pid
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$tmp"
}

# free_port prints a port of 127.0.0.1 on which nothing listens.
free_port() {
  local port
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 20000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
  fail 'found no free port'
}

# ready PORT waits until something listens there.
ready() {
  for _ in {1..100}; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    sleep 0.1
  done
  fail "nothing came up on port $1"
}

build() {
  cd "$repository"
  export CGO_ENABLED=0
  meetleaks=${MEETLEAKS:-$tmp/meetleaks}
  [[ -n ${MEETLEAKS:-} ]] || go build -trimpath -o "$tmp/meetleaks" ./cmd/meetleaks
  local tool
  for tool in measure site collycrawl corpus; do go build -o "$tmp/$tool" "./deploy/bench/$tool"; done
}

# pages copies the site and plants links in it.
pages() {
  if [[ -z $folder ]] && ((quick)); then
    folder=$tmp/invented
    "$tmp/corpus" -out "$folder" -files 300 -bytes 3000000
    (cd "$folder" && find . -name '*.html' | sort | sed 's|.*|<p><a href="&">&</a></p>|' >index.html)
  fi
  if [[ -z $folder ]]; then
    folder=/usr/share/doc/openjdk-17-doc
    [[ -d $folder/api ]] || fail "there is no $folder: install openjdk-17-doc, or name a folder of pages"
  fi
  cp -rL "$folder" "$tmp/pages"
  [[ -e $tmp/pages/index.html ]] || fail "$folder has no index.html"
  # The start page of that documentation leads on by a script, which no crawler of the two runs.
  [[ ! -e $tmp/pages/api/index.html ]] || echo '<a href="/api/index.html">API</a>' >>"$tmp/pages/index.html"
  "$tmp/site" -plant "$tmp/pages" -every 100 >"$tmp/planted"
  chmod -R a+rX "$tmp"
}

serve_pages() {
  port=$(free_port)
  mkdir "$tmp/nginx"
  cat >"$tmp/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $tmp/nginx/pid;
error_log $tmp/nginx/error.log;
events { worker_connections 256; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log $tmp/nginx/access.log;
  client_body_temp_path $tmp/nginx/body;
  proxy_temp_path $tmp/nginx/proxy;
  fastcgi_temp_path $tmp/nginx/fastcgi;
  uwsgi_temp_path $tmp/nginx/uwsgi;
  scgi_temp_path $tmp/nginx/scgi;
  keepalive_requests 100000;
  server { listen 127.0.0.1:$port; root $tmp/pages; }
}
CONF
  nginx -p "$tmp/nginx" -c "$tmp/nginx.conf" 2>"$tmp/nginx/start.log" &
  servers+=($!)
  ready "$port"
}

configuration() {
  cat >"$tmp/$1.yaml" <<CONF
organisations:
  - {name: acme, domains: [acme.example], patterns: [{vanity: acme.zoom.us}]}
fetch: {allow: ["127.0.0.1:$2"], contact: "https://acme.example/bot", pace: none}
CONF
}

# crawl PORT PAGES CONFIG prints the command of ours.
crawl() {
  echo "$meetleaks" scan --format jsonl --config "$tmp/$3.yaml" --depth 255 --max-pages "$2" --summary "$tmp/summary.json" \
    --output "$tmp/found.jsonl" "http://127.0.0.1:$1/"
}

measured() { "$tmp/measure" -warm 0 -runs "$1" -timeout 1800s -- "${@:2}" || fail "could not run $2"; }
documents() { sed -n 's/.*"documents": *\([0-9]*\).*/\1/p' "$tmp/summary.json"; }
figure() { awk -v a="$1" -v b="$2" -v f="$3" 'BEGIN { if (b > 0) printf f, a / b; else print "-" }'; }

compare() {
  local ours memory code theirs their_memory their_code read_pages their_pages
  configuration real "$port"
  # shellcheck disable=SC2046 # words on purpose: no path of ours holds a space
  read -r ours _ memory code < <(measured "$runs" $(crawl "$port" "$max_pages" real))
  [[ $code == 0 || $code == 1 || $code == 3 ]] || fail "meetleaks ended with exit code $code"
  read_pages=$(documents)
  printf '%-22s %8s %9s %12s %10s\n' '' pages seconds pages/s memory
  printf '%-22s %8d %9.2f %12.0f %7.0f MiB\n' 'meetleaks scan' "$read_pages" "$ours" "$(figure "$read_pages" "$ours" %f)" "$(figure "$memory" 1024 %f)"
  if ((check)); then
    say 'check: the peer is not run'
  elif ((quick)); then
    say 'quick: the peer is not run, it knows no limit of pages'
  else
    their_pages=$("$tmp/collycrawl" "http://127.0.0.1:$port/" | sed 's/ pages.*//')
    read -r theirs _ their_memory their_code < <(measured "$runs" "$tmp/collycrawl" "http://127.0.0.1:$port/")
    [[ $their_code == 0 ]] || fail "collycrawl ended with exit code $their_code"
    printf '%-22s %8d %9.2f %12.0f %7.0f MiB\n' 'colly with its queue' "$their_pages" "$theirs" "$(figure "$their_pages" "$theirs" %f)" "$(figure "$their_memory" 1024 %f)"
    printf '%-22s %31s %10s\n' 'ratio' "$(awk -v a="$read_pages" -v t="$ours" -v b="$their_pages" -v u="$theirs" 'BEGIN { printf "%.1f (goal 5)", a / t / (b / u) }')" \
      "$(figure "$memory" "$their_memory" %.2f) (0.25)"
  fi
  printf '\n'
}

# found prints for each kind how many of the planted links were found. Reports mask numbers as 981•••••210.
found() {
  printf 'planted links found, by kind\n'
  awk -F '\t' '
    NR == FNR { n = split($0, part, "\"id\":\""); split(part[2], id, "\""); seen[id[1]] = 1; next }
    { masked = substr($3, 1, 3) "•••••" substr($3, 9, 3); all[$1]++; if (masked in seen) got[$1]++ }
    END { for (kind in all) printf "  %-22s %3d of %3d\n", kind, got[kind], all[kind] }
  ' "$tmp/found.jsonl" "$tmp/planted" | sort | tee "$tmp/by-kind"
  printf '\n'
  if ((check)) && awk '$(NF - 2) != $NF { missed = 1 } END { exit !missed }' "$tmp/by-kind"; then
    fail 'planted links were not found'
  fi
}

# flat compares the memory on a small and a large invented site.
flat() {
  ((synthetic > 0)) || return 0
  local site_port seconds first memory code pages=$small
  printf '%-22s %8s %9s %12s %10s\n' 'invented site' pages seconds pages/s memory
  for pages in "$small" "$synthetic"; do
    site_port=$(free_port)
    "$tmp/site" -serve "127.0.0.1:$site_port" -pages "$pages" &
    servers+=($!)
    ready "$site_port"
    configuration invented "$site_port"
    # shellcheck disable=SC2046
    read -r seconds _ memory code < <(measured 1 $(crawl "$site_port" "$pages" invented))
    [[ $code == 0 || $code == 1 || $code == 3 ]] || fail "meetleaks ended with exit code $code"
    printf '%-22s %8d %9.1f %12.0f %7.0f MiB\n' '' "$(documents)" "$seconds" "$(figure "$(documents)" "$seconds" %f)" "$(figure "$memory" 1024 %f)"
    first=${first:-$memory}
  done
  printf '%-22s %42s\n\n' 'ratio' "$(figure "$memory" "$first" %.2f)"
}

main() {
  arguments "$@"
  command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
  command -v nginx >/dev/null || fail 'needs nginx'
  tmp=$(mktemp -d)
  trap stop EXIT
  say 'building'
  build
  say 'copying and planting'
  pages
  serve_pages
  say "crawling on 127.0.0.1:$port"
  compare
  found
  flat
}

main "$@"
