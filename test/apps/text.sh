# options: --memory 512M
# source: deb:gawk,sed,grep,lua5.4,perl,dash,coreutils
# The languages of text: gawk, sed, grep, lua and perl, alone and in pipelines.
set -e
cd /tmp
seq 1 2000 > numbers
awk '{ sum[$1 % 7] += $1 } END { for (k = 0; k < 7; k++) printf "%d:%d ", k, sum[k]; print "" }' numbers
awk 'BEGIN { while (("seq 3" | getline line) > 0) t = t line; close("seq 3"); print t | "cat"; close("cat"); print strftime("%Y", 0, 1) }'
awk -v OFS=, '{ $2 = length($1) } NR == 1000' numbers
sed -n '/^99[0-9]$/{s/9/n/gp;}' numbers | paste -sd' '
printf 'a\nb\nc\n' | sed -e '1!G;h;$!d' | paste -sd' '
printf 'one\ntwo\n' > edited
sed -i.bak -e 's/o/0/g' -e '$a three' edited
cat edited edited.bak | paste -sd' '
grep -cE '^(1|2)0+$' numbers
grep -rl two . | sort | paste -sd' '
sort -rn numbers | head -3 | paste -sd" "
seq 25 40 > numbers.some
uniq -c edited | wc -l
seq 25 40 | comm -12 - numbers.some | paste -sd,
lua5.4 -e '
local t = {}
for line in io.lines("numbers") do t[#t + 1] = line end
local pipe = io.popen("wc -l < numbers")
local made = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end)
print(#t, tonumber(pipe:read("a")), made() + made() + made(), ("%5.2f"):format(22 / 7))
os.remove("numbers")
print(io.open("numbers"))'
perl -e '
use strict; use warnings;
open my $out, "|-", "sort -n | paste -sd+" or die; print $out "$_\n" for reverse 1 .. 5; close $out;
pipe my $r, my $w; my $pid = fork // die;
if (!$pid) { close $r; print $w "from the child\n"; exit 3 }
close $w; print while <$r>; waitpid $pid, 0; print $? >> 8, "\n";
local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; sleep 10 }; print $@;
print join(",", sort { $a <=> $b } map { $_ ** 2 } grep { $_ % 2 } 1 .. 9), "\n"'
cat > ok.t <<'T'
use Test::More tests => 3;
ok(-e $0, "is there");
is(`echo from the shell`, "from the shell\n");
is_deeply([sort map { lc } qw(B a)], [qw(a b)]);
T
prove -q ok.t | grep -c 'All tests successful'
