#!/bin/sh
# Starts a private PostgreSQL server, runs the given command with QISHU_TEST_POSTGRES_URL set, and stops the server.
# The server listens on a socket in a temporary folder only, keeps nothing, and does not sync: for tests, never for data.
# Without PostgreSQL (Debian: apt-get install postgresql) the command runs all the same, on SQLite only.
set -eu

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi
if [ -n "${QISHU_TEST_POSTGRES_URL:-}" ]; then
    exec "$@"
fi

bin=${QISHU_POSTGRES_BIN:-}
if [ -z "$bin" ]; then
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        if [ -x "$folder/initdb" ]; then bin=$folder; fi
    done
fi
if [ -z "$bin" ] && command -v initdb >/dev/null 2>&1; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ]; then
    echo "$0: PostgreSQL is not installed; the tests run on SQLite only" >&2
    exec "$@"
fi

# The socket's path must stay below 108 bytes, so the folder is not put below a long TMPDIR.
folder=$(mktemp -d /tmp/qishu-postgres.XXXXXX)
as_server() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
    # The server refuses to run as root.
    chown postgres "$folder"
    as_server() { setpriv --reuid=postgres --regid=postgres --init-groups --no-new-privs "$@"; }
fi
stop() {
    as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$folder"
as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || {
    cat "$folder/log" >&2
    exit 1
}
options="-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c full_page_writes=off"
# No commit waits for the standby that does not exist, except where a test asks for it to lose a connection there.
options="$options -c synchronous_commit=local -c synchronous_standby_names=nobody"
options="$options -c max_connections=400 -c shared_buffers=64MB -c autovacuum=off"
as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -o "$options" -w start >"$folder/log" 2>&1 || {
    cat "$folder/log" "$folder/data/server.log" >&2
    exit 1
}
cd "$OLDPWD"

encoded=$(printf %s "$folder" | sed 's|/|%2F|g')
export QISHU_TEST_POSTGRES_URL="postgres://postgres@$encoded/postgres"
"$@"
