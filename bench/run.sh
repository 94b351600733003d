#!/usr/bin/env bash
# Measures the release binaries, which `make bench` has built, and prints the figures.
set -euo pipefail
cd "$(dirname "$0")/.."
release="${CARGO_TARGET_DIR:-target}/release"

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
echo "$(nproc) x ${processor:-unknown processor}, $(uname -sr), $(rustc --version)"
echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
"$release/examples/bench" "$release"

script=tests/differential/node_modules/gitlab-ci-local/src/index.js
if [ -e "$script" ]; then
    "$release/examples/lint" "$script"
else
    "$release/examples/lint"
fi
