#!/bin/sh
# Run every test on SQLite, then on PostgreSQL when TEST_DATABASE_URL names a server; say at the end what was skipped.
# With REQUIRE_ALL=true nothing may be skipped.
set -eu

env -u DATABASE_URL pytest -n 2 --dist loadgroup "$@"

if [ -n "${TEST_DATABASE_URL:-}" ]; then
    DATABASE_URL="$TEST_DATABASE_URL" pytest -n 2 --dist loadgroup "$@"
elif [ "${REQUIRE_ALL:-false}" = true ]; then
    echo "PostgreSQL: TEST_DATABASE_URL names no server, and nothing may be skipped." >&2
    exit 1
else
    echo "PostgreSQL: skipped, TEST_DATABASE_URL names no server."
fi
