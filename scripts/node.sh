#!/usr/bin/env bash
# Prints the folder of a Node that is new enough for the node pack: the one on
# PATH, or else the one that the npm package "node" brings, kept under build/.
set -euo pipefail
cd "$(dirname "$0")/.."
want=24
pinned=24.21.0

major() { "$1" --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p'; }

if command -v node >/dev/null && [ "$(major node)" -ge "$want" ]; then
  dirname "$(command -v node)"
  exit
fi
if ! command -v npm >/dev/null; then
  echo "npm is missing; get it with Node.js $want or newer from https://nodejs.org/en/download" >&2
  exit 1
fi
dir=$PWD/build/node
if [ "$("$dir/node_modules/.bin/node" --version 2>/dev/null)" != "v$pinned" ]; then
  echo "node on PATH is older than $want: installing node@$pinned below build/node" >&2
  mkdir -p "$dir"
  # The package's install script fetches the binary for this machine; newer npm
  # wants to be told that it may run.
  echo '{"private": true, "allowScripts": {"node": true}}' >"$dir/package.json"
  npm install --prefix "$dir" --no-audit --no-fund "node@$pinned" >&2
fi
echo "$dir/node_modules/.bin"
