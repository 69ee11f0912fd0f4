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
# The same training with half the epochs, in turn with the whole one: what does it save, and is the accuracy kept?
# One thread each, as small matrices gain nothing by more; a ledger of its own, so that the list above stays short. A gate that
# cannot decide, on a busy machine, is no failed demo.
OMP_NUM_THREADS=1
export OMP_NUM_THREADS
show vatio gate -q --ledger demo-out/gate.sqlite --pairs 6 --max-time 20s --metric accuracy --max-loss 2pt \
    --against "cmd:python examples/train_digits.py --epochs 20" -- python examples/train_digits.py --epochs 10 || true
printf '\nThe report is one file, %s/demo-out/report.html: open it in any browser, no network needed.\n' "$(pwd)"
