#!/usr/bin/env bash
# Starts the local stack, lets GitLab's clients loose on it, and ends it. `make e2e` has
# built it and installed the clients.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The first time, the functions are built.
readonly start_seconds=900

work=$(mktemp -d)
: >"$work/output"
stack=

finish() {
    local code=$?
    trap - EXIT
    if [ -n "$stack" ]; then
        kill -s TERM "$stack" 2>/dev/null
        wait "$stack"
    fi
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export PYTHONDONTWRITEBYTECODE=1 SWITCHYARD_ROOT_TOKEN=glpat-end-to-end-tests
PORT=0 DATA=memory "${CARGO_TARGET_DIR:-target}/debug/switchyard-local" \
    >"$work/output" 2>&1 </dev/null &
stack=$!

until grep -q '^Ctrl-C ends it' "$work/output"; do
    if ! kill -0 "$stack" 2>/dev/null || [ "$SECONDS" -ge "$start_seconds" ]; then
        cat "$work/output"
        echo "e2e: the stack did not start" >&2
        exit 1
    fi
    sleep 0.1
done
SWITCHYARD_URL=$(sed -n 's/^Switchyard runs at //p' "$work/output")
SWITCHYARD_JOB_TOKEN=$(sed -n 's/^  job token  *\([^ ]*\) .*/\1/p' "$work/output")
export SWITCHYARD_URL SWITCHYARD_JOB_TOKEN
echo "e2e: the stack runs at $SWITCHYARD_URL"

passed=0
failed=0

# Adds what a suite printed last before or after these words. One that fails without
# counting a failure, or passes without a test, counts as one failure.
count() {
    local code=$1 summary ok bad
    summary=$(grep -E "$2" "$work/suite" | tail -n "$3")
    ok=$(sum 'pass(ed)?' <<<"$summary")
    bad=$(sum 'fail(ed)?|errors?' <<<"$summary")
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$code" -eq 0 ] && [ "$ok" -eq 0 ]; then bad=1; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
}

sum() {
    grep -Eo "[0-9]+ ($1)\b|^# ($1) [0-9]+" | grep -Eo '[0-9]+' | awk '{ n += $1 } END { print n + 0 }'
}

python_suite() {
    .venv/e2e/bin/python -m pytest --quiet "tests/e2e/$1" 2>&1 | tee "$work/suite"
    count "${PIPESTATUS[0]}" '^(=+ )?[0-9]+ (passed|failed|errors?)' 1
}

node_suite() {
    node --test --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$work/suite" "tests/e2e/$1"
    count "$?" '^# (pass|fail) [0-9]+' 2
}

# Those that only read come first: they know what the demo world holds.
for suite in python_gitlab_test.py gitlab_command_test.py curl_test.py gitbeaker.test.mjs \
    steering_test.py steering.test.mjs administration_test.py administration.test.mjs repository_test.py pipelines_test.py \
    restart_test.py; do
    echo "== $suite"
    case $suite in
    *.py) python_suite "$suite" ;;
    *.mjs) node_suite "$suite" ;;
    esac
done

if [ "$failed" -ne 0 ]; then
    echo "== the stack said, beside what it answered"
    grep -v '"message":"answered"' "$work/output" | tail -n 40
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
