#!/usr/bin/env bash
# Builds a real Taskwarrior list on a fixed day, exports it, and asks Taskwarrior itself about it.
#
#   tests/data/taskwarrior/make.sh      rewrites export.json and says.json beside this script
#
# Needs Debian's `taskwarrior` (2.6) and `faketime`. The list grows from day to day, as a list does; every
# answer in says.json is Taskwarrior's own at NOW. Ids are random, so both files change together.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export TZ=Europe/Berlin LC_ALL=C.UTF-8
NOW='2026-11-18 10:00:00'

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export TASKRC=$home/taskrc TASKDATA=$home/data
mkdir "$TASKDATA"
cat > "$TASKRC" <<'RC'
confirmation=off
verbose=nothing
recurrence.confirmation=off
hooks=off
news.version=2.6.0
RC

clock=$NOW
on() { clock="$1"; }                                    # the moment the next commands happen at
t() { faketime "$clock" task "$@" < /dev/null; }
add() { t add "$@"; }
done_() { t +PENDING "$@" done > /dev/null; }           # the arguments are a filter that names one open task
generate() { t rc.verbose=nothing list > /dev/null || true; }   # reports make due children appear

# -- early October: the list is begun
on '2026-10-05 08:30:00'
add 'Hand in the tax return' project:Home.Papers priority:H due:2026-10-30 +money
add 'Renew the passport' project:Home.Papers due:2026-11-27T09:30 +office
add 'Cancel the old phone contract' project:Home.Papers due:2026-10-20 +money priority:M
add 'Take vitamins' due:2026-10-06 recur:daily +health
add 'Pay the rent' project:Home due:2026-10-05 recur:monthly priority:H +money
add 'Team retrospective' project:Work due:2026-10-09T15:00 recur:biweekly +meeting
add 'Back up the laptop' project:Computer due:2026-10-04 recur:quarterly
add 'Service the bicycle' due:2026-10-10 recur:semiannual +bike
add 'Renew the domain example.org' project:Computer due:2026-10-28 recur:yearly priority:M
add 'Write the journal' due:2026-10-05T21:30 recur:weekdays +health
add 'Clean the filter of the aquarium' project:Home due:2026-10-06 recur:3days +plants
add 'Read "The C Programming Language"' project:Reading
add 'Посадить тюльпаны' project:Дом due:2026-10-24 +сад

on '2026-10-07 19:10:00'
generate
done_ description.is:'Pay the rent' due:2026-10-05 +CHILD
done_ description.is:'Back up the laptop' due.before:tomorrow +CHILD
t description.startswith:'Cancel the old' annotate 'Called: they want a letter' > /dev/null

# -- mid October
on '2026-10-14 18:00:00'
generate
done_ description.is:'Service the bicycle' due.before:tomorrow +CHILD
t description.startswith:'Cancel the old' annotate 'Letter sent, see C:\papers\phone.pdf' > /dev/null
done_ description.startswith:'Cancel the old'
add 'Draft the talk for the meetup' project:Work.Talk priority:H due:2026-11-18 +writing
add 'Collect examples for the talk' project:Work.Talk due:2026-11-10 +writing
add 'Book the train to the meetup' project:Work.Talk due:2026-11-20 wait:2026-11-15 +travel
add 'Print the handouts' project:Work.Talk due:2026-11-25 wait:2026-11-23
add 'Order a new keyboard' project:Computer priority:L
add 'Learn the ukulele' +someday wait:2027-01-04
add 'Plan the winter holidays' project:Travel due:2026-12-01 scheduled:2026-11-22 +family
add 'Clean the gutters' project:Home due:2026-11-07 until:2026-12-31

on '2026-10-23 20:00:00'
generate
done_ description.is:'Team retrospective' due.before:2026-10-10 +CHILD
done_ description.is:'Team retrospective' due.before:2026-10-24 +CHILD
done_ description.is:'Renew the domain example.org' due.before:2026-10-29 +CHILD
done_ project:Дом

# -- after the clocks went back on 25 October: Taskwarrior adds seconds, so older daily series now stand at 23:00
on '2026-10-27 18:00:00'
add 'Water the plants' project:Home due:2026-10-28 recur:weekly +plants

on '2026-11-02 09:00:00'
generate
done_ description.is:'Water the plants' due:2026-10-28 +CHILD
done_ description.is:'Pay the rent' due:2026-11-05 +CHILD
done_ description.startswith:'Hand in the tax'
add 'Water the garden of the neighbours' project:Home due:2026-11-03 recur:P2D until:2026-11-26 +plants
add 'Swimming' due:2026-11-03T07:00 recur:weekly +health priority:L
add 'Send the invoice to ACME / Berlin' project:Work.Clients priority:H due:2026-11-06 +money
add 'Call the client back' project:Work.Clients due:2026-11-17T14:00 priority:H
add 'Answer the survey' project:Work due:2026-11-12
add 'Repair the shelf' project:Home
add 'Buy light bulbs' project:Home +errand priority:L
add 'Buy stamps' +errand due:2026-11-18
add 'Return the library books' project:Reading due:2026-11-16 +errand
add 'Reserve the next volume' project:Reading due:2026-11-30 wait:2026-11-19 +errand
add 'Duplicate of something' project:Home
t description.is:'Duplicate of something' delete > /dev/null

on '2026-11-06 17:45:00'
generate
done_ description.is:'Send the invoice to ACME / Berlin'
done_ description.is:'Team retrospective' due.before:2026-11-07 +CHILD
for day in 03 05; do done_ description.startswith:'Water the garden' due:2026-11-$day +CHILD; done
done_ description.is:Swimming due.before:2026-11-04 +CHILD
t description.is:'Call the client back' annotate 'Asked for Tuesday afternoon' > /dev/null

on '2026-11-11 08:00:00'
generate
add 'Update the home server' project:Computer due:2026-11-21 priority:M +maintenance
add 'Check the backups' project:Computer due:2026-11-18T18:00 +maintenance
add 'Sort the photographs' project:Computer +someday
add 'Buy presents' project:Family due:2026-12-12 wait:2026-11-28 +errand priority:M
add 'Birthday cake for Ida' project:Family due:2026-11-22 +kitchen priority:H
add 'Call grandmother' project:Family due:2026-11-18T19:00
add 'Dentist' due:2026-11-18T08:15 +health
add 'Flu vaccination' due:2026-11-24T11:40 +health
add 'Renew the season ticket' project:Travel due:2026-11-30 priority:M
add 'Pack the suitcase' project:Travel due:2026-12-19
add 'Compare hotels' project:Travel due:2026-11-29 +family
add 'Prepare the quarterly report' project:Work.Reports due:2026-12-31T12:00 priority:H
add 'Ask Jonas for the numbers' project:Work.Reports due:2026-11-19 priority:M
add 'Review the pull request' project:Work priority:M
add 'Clear the mailbox' project:Work priority:L
add 'Купить подарок маме' project:Family due:2026-11-20 +сад
add 'Empty the compost' project:Home due:2026-11-18 +plants
add 'Rotate the keys' project:Computer due:2026-11-18T23:30
add 'Midnight deployment' project:Work due:2026-11-19T00:30

on '2026-11-15 16:20:00'
generate
done_ description.is:'Water the plants' due:2026-11-04 +CHILD
done_ description.is:'Water the plants' due:2026-11-11 +CHILD
for day in 07 09 11 13 15; do done_ description.startswith:'Water the garden' due:2026-11-$day +CHILD; done
done_ description:Swimming due.after:2026-11-09 due.before:2026-11-11 +CHILD
done_ description.is:'Buy light bulbs'
done_ description.is:'Answer the survey'
t rc.bulk=0 description.is:'Take vitamins' due.before:2026-11-15 +CHILD +PENDING done > /dev/null
t rc.bulk=0 description.is:'Write the journal' due.before:2026-11-14 +CHILD +PENDING done > /dev/null
t rc.bulk=0 description.startswith:'Clean the filter' due.before:2026-11-15 +CHILD +PENDING done > /dev/null
t description.is:'Collect examples for the talk' annotate 'Two so far' > /dev/null

# -- the day itself
on "$NOW"
generate
done_ description:Dentist
done_ description.is:'Empty the compost'
done_ description:Swimming due.before:2026-11-18 +CHILD
t description.is:'Draft the talk for the meetup' start > /dev/null
generate
t rc.gc=on next > /dev/null || true
t export > "$here/export.json"

# -- what Taskwarrior says; "open" counts what waits as well, since a wait date hides a task only in its reports
OPEN='( +PENDING or +WAITING )'
AHEAD=$home/ahead          # a copy that looks far ahead lists the next dates of every series
cp -r "$TASKDATA" "$AHEAD"
TASKDATA=$AHEAD t rc.recurrence.limit=7 list > /dev/null || true

count() { t "$@" count; }
ids() { t "$@" uuids | tr ' ' '\n' | sort | sed -n 's/..*/"&"/p' | paste -sd, - | sed 's/.*/[&]/'; }
field() { t "$1" export | sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p"; }
ahead() { TASKDATA=$AHEAD t +PENDING parent:"$1" export | sed -n 's/.*"due":\("[^"]*"\).*/\1/p' | sort | paste -sd, -; }
words() { tr -d '[]"' | tr ',' '\n' | sort -u; }
tags() { sed -n 's/.*"tags":\(\[[^]]*\]\).*/\1/p' "$here/export.json" | words; }
# Reads names from stdin and prints `"name": answer` for each, the answer being what the given command prints.
each() { while read -r name; do printf '%s\n    "%s": %s' "${comma-}" "$name" "$("$@" "$name")"; comma=,; done; }

of_project() { ids $OPEN project.is:"$1"; }
of_tag() { count $OPEN +"$1"; }
of_series() {
  printf '{"title": "%s", "recur": "%s", "children": %s, "ahead": [%s]}' \
    "$(field "$1" description)" "$(field "$1" recur)" "$(ids $OPEN parent:"$1")" "$(ahead "$1")"
}

cat > "$here/says.json" <<JSON
{
  "now": "${NOW/ /T}", "zone": "$TZ", "version": "$(task --version)",
  "open": $(count $OPEN),
  "completed": $(count status:completed),
  "completed_today": $(count status:completed end.after:today-1s),
  "deleted": $(count status:deleted),
  "today": $(ids $OPEN due.before:tomorrow),
  "overdue": $(ids $OPEN due.before:today),
  "upcoming": $(ids $OPEN due.after:tomorrow-1s),
  "undated": $(ids $OPEN due.none:),
  "inbox": $(ids $OPEN project.none:),
  "waiting": $(ids +WAITING),
  "projects": {$(t $OPEN _unique project | sort | each of_project)
  },
  "tags": {$(tags | each of_tag)
  },
  "series": {$(t status:recurring uuids | tr ' ' '\n' | sort | each of_series)
  }
}
JSON
