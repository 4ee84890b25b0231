#!/usr/bin/env bash
# Measures `meetleaks scan` beside ripgrep on one machine. deploy/bench/README.md says what the numbers mean.
#
#   deploy/bench/scan-vs-ripgrep.sh [--quick] [--runs N] [--big-mb N] [DIR]
#
# DIR is a folder of text; without it a corpus of invented pages is written (8,400 files, 88 MB).
#   --runs N     runs of each command that count, after one that warms the cache (5)
#   --big-mb N   size of the one big file in MB, made by repeating the folder's text (700)
#   --quick      small sizes and two runs: shows that the benchmark works, the numbers say nothing
#   MEETLEAKS=…  measures that binary instead of building one
#
# Everything it writes lies in one temporary folder (under TMPDIR), which it removes.
# Exit codes: 0 measured, however fast or slow; 1 could not measure; 2 wrong usage.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
runs=5 big_mb=700 pages=8400 page_bytes=88000000 divide=1 starts=20 folder='' limit=30

fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }
say() { printf 'bench: %s\n' "$*" >&2; }
usage() { sed -n '4,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
whole() { [[ $1 =~ ^[1-9][0-9]{0,5}$ ]]; }

arguments() {
  while (($# > 0)); do
    case $1 in
      --quick) runs=2 big_mb=40 pages=300 page_bytes=3000000 divide=10 starts=5 limit=10 ;;
      --runs) whole "${2:-}" || usage; runs=$2; shift ;;
      --big-mb) whole "${2:-}" || usage; big_mb=$2; shift ;;
      -h | --help) (usage 2>&1) || true; exit 0 ;;
      -*) usage ;;
      *) [[ -z $folder ]] || usage; folder=$1 ;;
    esac
    shift
  done
  ((runs <= 1000)) || usage
  [[ -z $folder || -d $folder ]] || fail "$folder is not a folder"
}

# room PATH MB fails when PATH's disk has less than MB free.
room() {
  local free
  free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  ((free > $2)) || fail "needs $2 MB under $1, there are $free: set TMPDIR or --big-mb"
}

# The pattern a careful person would give ripgrep: each service's host and the path that tells a meeting, as one
# alternation on one line. It is case-sensitive and reads no escaped or wrapped links: ripgrep's best case.
pattern() {
  local -a parts=(
    '(?:[a-z0-9-]+\.)?zoom\.(?:us|com)/(?:j|my|w|s|wc|meeting/register|webinar/register|rec/share|rec/play)/[A-Za-z0-9_./?=&%-]+'
    'zoomgov\.com/(?:j|my|w|s)/[A-Za-z0-9_./?=&%-]+'
    'teams\.microsoft\.com/(?:l/meetup-join|meet|l/meeting/new|meetingOptions)[A-Za-z0-9_./?=&%@:-]+'
    'teams\.live\.com/meet/[0-9]+[A-Za-z0-9_./?=&%-]*'
    'meet\.google\.com/(?:lookup/)?[a-z0-9-]{10,}'
    '[a-z0-9-]+\.webex\.com/(?:meet|join|[a-z0-9-]+/j\.php|webappng|wbxmjs)[A-Za-z0-9_./?=&%-]*'
    'join\.skype\.com/[A-Za-z0-9]{8,}'
    'meet\.lync\.com/[a-z0-9.-]+/[a-z0-9._-]+/[A-Z0-9a-z]+'
    'join\.slack\.com/t/[a-z0-9-]+/(?:shared_invite|signup)[A-Za-z0-9_./~-]*'
    '(?:global\.|www\d?\.)?gotomeeting\.com/join/[0-9]+'
    'gotomeet\.(?:me|com)/[A-Za-z0-9._/-]+'
    'meet\.goto\.com/[A-Za-z0-9._/-]+'
    'chat\.whatsapp\.com/(?:invite/)?[A-Za-z0-9]{20,}'
    'call\.whatsapp\.com/(?:voice|video)/[A-Za-z0-9]+'
    'meet\.jit\.si/[A-Za-z0-9_%-]+'
    'discord\.(?:gg|com/invite)/[A-Za-z0-9-]+'
    'whereby\.com/[a-z0-9-]+'
    't\.me/(?:\+|joinchat/)[A-Za-z0-9_-]+'
    'bluejeans\.com/[0-9]+(?:/[0-9]+)?'
    'meetings\.ringcentral\.com/(?:j|join)/[0-9]+'
    'chime\.aws/[0-9]+'
    'signal\.group/#[A-Za-z0-9_-]+'
    'facetime\.apple\.com/join#[A-Za-z0-9_=&-]+'
    '(?:zoommtg|msteams|webex):[^\s"<>]+'
  )
  local IFS='|'
  printf '%s\n' "${parts[*]}"
}

# measured COMMAND... prints "seconds KiB exit-code": the best of the runs. Where hyperfine is there it takes the times;
# memory and exit code always come from our own wrapper.
measured() {
  local shortest longest memory code
  read -r shortest longest memory code < <("$tmp/measure" -warm 1 -runs "$runs" -timeout 300s -- "$@") ||
    fail "could not run $1"
  if command -v hyperfine >/dev/null && [[ $code != -1 ]]; then
    hyperfine --style none --shell none --ignore-failure --warmup 1 --runs "$((runs < 2 ? 2 : runs))" \
      --export-csv "$tmp/times.csv" -- "$(printf '%q ' "$@")" >/dev/null 2>"$tmp/hyperfine.err" ||
      fail "hyperfine: $(tail -n 1 "$tmp/hyperfine.err")"
    shortest=$(awk -F, 'END { print $(NF - 1) }' "$tmp/times.csv")
  fi
  printf '%s %s %s\n' "$shortest" "$memory" "$code"
}

# note NAME CODE warns about numbers that mean nothing.
note() {
  case $2 in
    0 | 1) ;;
    -1) say "warning: $1 took too long and was stopped" ;;
    *) say "warning: $1 ended with exit code $2: what it measured is not the whole work" ;;
  esac
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }
mebibytes() { awk -v k="$1" 'BEGIN { if (k > 0) printf "%.1f MiB", k / 1024; else print "not known" }'; }

# compare NAME GOAL TARGET RG-ARGUMENTS... prints one row of the table.
compare() {
  local name=$1 goal=$2 target=$3 ours memory code theirs theirs_memory theirs_code
  shift 3
  read -r ours memory code < <(measured "$meetleaks" scan --format jsonl "$target") ||
    fail "could not measure meetleaks on $target"
  read -r theirs theirs_memory theirs_code < <(measured rg "$@" -f "$tmp/pattern" "$target") ||
    fail "could not measure ripgrep on $target"
  note "meetleaks on $name" "$code"
  note "ripgrep on $name" "$theirs_code"
  printf '%-24s %9.3f s %9.3f s %7s %6s   %s (ripgrep %s)\n' "$name" "$ours" "$theirs" "$(ratio "$ours" "$theirs")" "$goal" \
    "$(mebibytes "$memory")" "$(mebibytes "$theirs_memory")"
}

# counts shows that both commands did find something: speed at finding nothing is no speed.
counts() {
  local ours theirs
  ours=$({ "$meetleaks" scan --format jsonl "$1" 2>"$tmp/scan.err" || true; } | wc -l)
  theirs=$({ rg -o --no-ignore --hidden --no-messages -f "$tmp/pattern" "$1" || true; } | wc -l)
  printf 'found in the folder: meetleaks %d meetings (one a document), ripgrep %d matches\n' "$ours" "$theirs"
  if ((ours == 0)); then
    say "warning: meetleaks found nothing: $(tail -n 1 "$tmp/scan.err")"
  fi
}

# big_file FOLDER MB repeats the folder's text until it is long enough. The last copy may be cut.
big_file() {
  local bytes=$(($2 * 1000000)) one
  { find "$1" -name .git -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 cat || true; } |
    head -c "$bytes" >"$tmp/one"
  one=$(stat -c %s "$tmp/one" 2>/dev/null || stat -f %z "$tmp/one")
  ((one > 0)) || fail "$1 holds no text"
  : >"$tmp/big.txt"
  while ((bytes > 0)); do
    head -c "$bytes" "$tmp/one" >>"$tmp/big.txt"
    bytes=$((bytes - one))
  done
  rm -f "$tmp/one"
}

# hostile KIND COUNT measures one kind at four lengths, each twice the one before. It gives up at the first length that
# takes longer than $limit seconds, and says so.
hostile() {
  local kind=$1 count=$2 before='' row='' step seconds longest memory code most=0
  for step in 1 2 4 8; do
    "$tmp/corpus" -hostile "$kind" -count "$((count * step))" >"$tmp/hostile.txt"
    read -r seconds longest memory code < <("$tmp/measure" -warm 0 -runs 2 -timeout "${limit}s" -- \
      "$meetleaks" scan --format jsonl "$tmp/hostile.txt") || fail "could not run meetleaks"
    ((memory <= most)) || most=$memory
    if ((code == -1)); then
      row+="  over $limit s: stopped"
      say "warning: $kind, $((count * step)) times, took longer than $limit s"
      break
    fi
    note "meetleaks on $kind" "$code"
    row+=$(printf '%9.3f s' "$seconds")
    [[ -z $before ]] || row+=$(printf ' (x%s)' "$(ratio "$seconds" "$before")")
    before=$seconds
  done
  printf '%-8s %8d %s   %s\n' "$kind" "$count" "$row" "$(mebibytes "$most")"
  rm -f "$tmp/hostile.txt"
}

prepare() {
  command -v rg >/dev/null || fail 'ripgrep (rg) is not installed: apt-get install ripgrep'
  command -v go >/dev/null || fail 'Go is not installed'
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/meetleaks-bench.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  trap 'exit 130' INT TERM
  room "$tmp" $((big_mb * 2 + page_bytes / 500000 + 600 / divide + 200))
  (cd "$repository" && go build -o "$tmp/measure" ./deploy/bench/measure && go build -o "$tmp/corpus" ./deploy/bench/corpus)
  meetleaks=${MEETLEAKS:-$tmp/meetleaks}
  [[ -z ${MEETLEAKS:-} || -x $MEETLEAKS ]] || fail "MEETLEAKS=$MEETLEAKS is no program"
  if [[ -z ${MEETLEAKS:-} ]]; then
    (cd "$repository" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$meetleaks" ./cmd/meetleaks)
  fi
  if [[ -z $folder ]]; then
    say "writing a corpus of $pages invented pages"
    folder=$tmp/pages
    "$tmp/corpus" -out "$folder" -files "$pages" -bytes "$page_bytes"
  fi
  pattern >"$tmp/pattern"
  say "writing one file of $big_mb MB"
  big_file "$folder" "$big_mb"
}

main() {
  arguments "$@"
  prepare
  printf '%s\n%s, %s processors, %s\n' "$(rg --version | sed -n 1p)" "$("$meetleaks" version | sed -n 1p)" "$(nproc)" \
    "times by $(command -v hyperfine >/dev/null && hyperfine --version || echo 'our own wrapper'), best of $runs, warm cache"
  counts "$folder"
  printf '\n%-24s %11s %11s %7s %6s   %s\n' work meetleaks ripgrep ratio goal 'peak memory (goal 100 MiB)'
  compare folder 0.80 "$folder" -o --no-ignore --hidden
  compare "one file of $big_mb MB" 0.25 "$tmp/big.txt" -o --no-ignore --hidden -j1
  rm -f "$tmp/big.txt"

  local seconds longest memory code
  read -r seconds longest memory code < <("$tmp/measure" -warm 2 -runs "$starts" -- "$meetleaks" version) ||
    fail 'could not run meetleaks version'
  note 'meetleaks version' "$code"
  printf '\nstart-up (meetleaks version): best %.1f ms, worst %.1f ms (goal 30 ms), %s\n' \
    "$(awk -v s="$seconds" 'BEGIN { print s * 1000 }')" "$(awk -v s="$longest" 'BEGIN { print s * 1000 }')" "$(mebibytes "$memory")"

  printf '\nhostile text, repeated so often and 2, 4 and 8 times that (about x2 is linear, x4 is not)\n'
  hostile dots $((1000000 / divide))
  hostile percent $((1000000 / divide))
  hostile thread $((100000 / divide))
  hostile host $((100000 / divide))
  hostile wrapper $((20000 / divide))
  hostile digits $((100000 / divide))
  hostile line $((1000000 / divide))
}

main "$@"
