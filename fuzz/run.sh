#!/usr/bin/env bash
# Builds the fuzzer and tries each target for a while: `make fuzz`. What it finds stays in a
# folder below target/, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${FUZZ_SECONDS:-60}"
export FUZZ_MEGABYTES=256
timeout=4
max_bytes=32768
stack_kilobytes=2048 # of a thread in Rust
work="${CARGO_TARGET_DIR:-target}/fuzz"
host=$(rustc -vV | sed -n 's/^host: //p')
cases=shared/ci-config/tests

# Coverage as libFuzzer wants it, from the stable compiler. `--target` keeps it out of build
# scripts and macros.
flags=(-Ccodegen-units=1 -Cpasses=sancov-module)
for option in level=4 inline-8bit-counters pc-table trace-compares; do
  flags+=("-Cllvm-args=-sanitizer-coverage-$option")
done
RUSTFLAGS="${flags[*]}" cargo build --locked --quiet --profile fuzz --package switchyard-fuzz --features libfuzzer \
  --target "$host" --target-dir "$work/build"
fuzzer="$work/build/$host/fuzz/fuzz"

# A case of the tests ends where the next one begins; a configuration ends before the first section.
cases_of() {
  awk -v folder="$2" -v whole="$3" '
    FNR == 1 { out = "" }
    /^=== / { count++; out = sprintf("%s/case-%04d", folder, count); next }
    /^--- / && !whole { out = "" }
    out != "" { print > out }
  ' $1
}

# The words that the compiler knows are as they stand in its source.
words() {
  cat fuzz/dictionaries/compile
  find shared/ci-config/src -name '*.rs' -exec grep -ohE '"[a-z_]{3,}"' {} + | sort -u
}

fuzz() {
  local target=$1 seeds="$work/seeds/$1" corpus="$work/corpus/$1" findings="$work/findings/$1"
  local log="$work/$1.log" dictionary="fuzz/dictionaries/$1" status=0
  rm -rf "$seeds" "$findings"
  mkdir -p "$seeds" "$corpus" "$findings"
  cp "fuzz/seeds/$target"/* "$seeds"
  case $target in
    yaml) cases_of "$cases/*/cases/*.txt" "$seeds" 0 ;;
    compile)
      cases_of "$cases/*/cases/*.txt $cases/*/includes/*.txt" "$seeds" 1
      dictionary="$work/dictionary"
      words > "$dictionary"
      ;;
  esac
  (
    ulimit -s "$stack_kilobytes"
    FUZZ_TARGET="$target" FUZZ_LAST="$work/last" "$fuzzer" -max_total_time="$seconds" -timeout="$timeout" \
      -rss_limit_mb="$FUZZ_MEGABYTES" -max_len="$max_bytes" -dict="$dictionary" -artifact_prefix="$findings/" \
      -print_final_stats=1 \
      "$corpus" "$seeds"
  ) > "$log" 2>&1 || status=$?
  if ((status != 0)) && [[ -z $(ls -A "$findings") ]]; then
    mv "$work/last" "$findings/last-input"
  fi
  rm -f "$work/last"
  awk -v target="$target" '
    /^#[0-9]+/ {
      runs = substr($1, 2)
      for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1); else if ($i == "corp:") inputs = $(i + 1)
    }
    /^stat::number_of_executed_units/ { runs = $2 }
    /^stat::peak_rss_mb/ { peak = $2 }
    END {
      form = "%-10s %8d executions, %5d edges covered by %4d inputs, %3d MB at most\n"
      printf form, target, runs, edges, inputs, peak
    }
  ' "$log"
  if ((status != 0)); then
    echo "$target failed ($status):" "$findings"/*
    grep -m 3 -A 3 -E 'panicked|^==|SUMMARY' "$log" || tail -n 5 "$log"
    echo "kept in fuzz/seeds/$target, it is tried by: cargo test --package switchyard-fuzz"
    return 1
  fi
}

failed=0
for target in ${FUZZ_TARGETS:-yaml expression glob duration pattern cron compile}; do
  fuzz "$target" || failed=1
done
exit "$failed"
