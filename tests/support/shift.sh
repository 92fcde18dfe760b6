#!/bin/sh
# A collector's whole shift by commands, from PIN to last receipt:
#   FV="fieldvisit --dir DIR" PIN=FILE PAPER=FILE tests/support/shift.sh
# Three cases: s-1 promises, s-2 asks to stop, s-3 is not at home.
set -eu

# 'check' answers by its exit code; whatever the rules say, this shift goes on.
check() { $FV check "$@" || [ $? -le 3 ]; }

$FV unlock --pin-file "$PIN"
$FV shift begin --agree
tries=100
until $FV --json status | grep -q '"state":"fix"' || [ $((tries -= 1)) -eq 0 ]; do sleep 0.2; done
$FV plan

check s-1 --place home --with o2
$FV begin s-1 --place home --with o2
for item in $($FV --json checklist | python3 -c 'import json, sys
print(*(i["id"] for i in json.load(sys.stdin)["items"]))'); do
	$FV checklist "$item" yes
done
printf 'amount: 500\ndue: 2027-01-05\n' | $FV outcome conversation --with debtor --business promise --detail
printf '答应五日还五百元' | $FV note
$FV attach "$PAPER" --kind document
$FV end

check s-2 --place home --with o2
$FV begin s-2 --place home --with o2
$FV request stop
$FV outcome refused --with debtor
$FV end

check s-3 --place home --with o2
$FV begin s-3 --place home --with o2
$FV outcome not_home --with nobody
$FV end
$FV contact s-3 call --outcome no_answer

$FV shift end
$FV sync --wait
$FV lock
