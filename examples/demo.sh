#!/bin/sh
# Measure a real training and show what vatio made of it; `make demo` runs this in its venv.
# The ledger stays in demo-out, so that a second demo is compared with the first.
set -eu
cd "$(dirname "$0")/.."
PATH="$(pwd)/${VENV:-.venv}/bin:$PATH"
export PATH
ledger=demo-out/ledger.sqlite
mkdir -p demo-out

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

show vatio run --ledger "$ledger" --project demo --name digits --stage training -- python examples/train_digits.py
show vatio runs list --ledger "$ledger"
show vatio report @1 --ledger "$ledger" --html demo-out/report.html
printf '\nThe report is one file, %s/demo-out/report.html: open it in any browser, no network needed.\n' "$(pwd)"
