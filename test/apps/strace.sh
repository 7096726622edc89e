# source: deb:strace,busybox-static,dash
# strace of Debian inside the instance: calls, children, signals, and a call that it makes fail.
cd /tmp
strace -o log -e trace=write,exit_group busybox echo hi
busybox sed 's/  */ /g' log
strace -f -o log -e trace=execve,exit_group,kill dash -c 'busybox true; (exit 3); kill -USR1 $$' 2>/dev/null
busybox sed 's/^[0-9]* *//; s/, 0x.*vars \*./, .../; s/([0-9]*, SIGUSR1/(PID, SIGUSR1/; s/si_pid=.*/.../; s/  */ /g' log
strace -f -o log -e trace=execve,vfork,clone,fork busybox sh -c 'busybox echo one | busybox cat'
busybox grep -c 'exited with 0' log
strace -o log -e inject=write:error=ENOSPC busybox echo lost
echo "status $?"
busybox grep -c INJECTED log
