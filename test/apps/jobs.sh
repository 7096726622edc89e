# source: deb:bash,dash,coreutils,findutils,procps,diffutils,sed,grep
# bash with job control: groups, stopped and continued jobs, traps, co-processes, process substitution, here-documents.
exec bash -s <<'BASH' 2>&1
set -m
cd /tmp
sleep 100 &
sleep 200 | cat &
jobs | sed 's/  */ /g'
[ "$(ps -o pgid= -p $!)" = "$(ps -o pgid= -p "$(jobs -p %2)")" ] && echo "a pipeline is one group"
kill -STOP %1
until jobs -s | grep -q sleep; do sleep 0.05; done
echo "stopped: $(jobs -s | sed 's/.*Stopped *//')"
bg %1 > /dev/null
until jobs -r %1 | grep -q sleep; do sleep 0.05; done
echo "running again: $(jobs -r | wc -l)"
first=$(jobs -p %1)
{ kill %1 %2; wait "$first"; first=$?; wait; } 2> /dev/null
echo "status $first"
# The first lives until bash waits: one that has ended before is not the next to end.
(sleep 2; exit 7) & (sleep 100; exit 8) &
wait -n
echo "the first ended with $?"
kill $!
wait $! 2> /dev/null
echo "the second with $?"
trap 'echo caught usr1' USR1
kill -USR1 $$
trap 'echo "child ended"' CHLD
(exit 0) &
wait $!
trap - CHLD
coproc SORT { sort -n; }
printf '%s\n' 30 4 100 >&"${SORT[1]}"
exec {SORT[1]}>&-
paste -sd' ' <&"${SORT[0]}"
diff <(seq 1 5) <(seq 2 5)
echo "diff says $?"
tee >(tr a-z A-Z > upper) > lower <<< "here string"
until [ -s upper ]; do sleep 0.05; done
cat lower upper
mapfile -t words < <(printf '%s\n' x y z)
echo "${#words[@]} ${words[*]^^}"
while read -r n; do
  ((n % 2)) && continue
  (( total += n ))
done < <(seq 10)
echo "total $total"
set -o pipefail
false | true
echo "pipefail $?"
( ulimit -n 10; exec 11> /dev/null ) 2> /dev/null || echo "no eleventh descriptor"
{ ( kill -SEGV $BASHPID ); } 2> /dev/null
echo "a signal: $?"
( trap 'echo leaving' EXIT; exit 4 )
echo "exit $?"
exec 5<> <(:)
mkfifo pipe
( echo "through a fifo" > pipe ) &
read -r -t 10 line < pipe && echo "$line"
timeout --foreground 0.2 sleep 10
echo "timeout $?"
mkdir -p tree/{a,b}/{c,d}
touch tree/a/c/{1..3}.txt "tree/b/d/with space"
find tree -type f -print0 | xargs -0 -P2 -I{} basename {} | sort
find tree -name '*.txt' -newermt 2000-01-01 -execdir echo {} + | tr ' ' '\n' | sort | paste -sd' '
find tree -depth -empty -type d -delete
find tree -type d | sort | paste -sd' '
read -r -t 0.1 nothing < <(sleep 5)
[ $? -gt 128 ] && echo "read timed out"
echo $'tab\tquote\'' "${BASH_VERSINFO[0]}" "$((2#1010 + 0x10))"
BASH
