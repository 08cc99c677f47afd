#!/usr/bin/env bash
# Builds the front end when its sources are newer than the build; installs packages when the lock file changed.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=node_modules/.qishu-lock
if ! cmp -s package-lock.json "$stamp"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi
built=apps/signing/dist/index.html
sdk=packages/jssdk/dist/jssdk.zip
if [ ! -f "$built" ] || [ ! -f "$sdk" ] || [ -n "$(find apps/signing packages package-lock.json -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -newer "$built" -print | head -n 1)" ]; then
    npm run build
fi
