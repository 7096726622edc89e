# options: --memory 512M
# source: deb:memcached,netcat-openbsd,dash,coreutils,grep
# The server with its four threads, as another user, and clients over a UNIX socket in one instance.
echo 'nobody:x:65534:65534::/:/bin/sh' > /etc/passwd
memcached -u nobody -m 64 -s /tmp/memcached -a 777 &
server=$!
until [ -S /tmp/memcached ]; do sleep 0.1; done
ask() { printf "$1" | nc -N -U /tmp/memcached | tr -d '\r'; }
ask 'set greeting 0 0 5\r\nhello\r\nget greeting\r\nquit\r\n'
ask 'set counter 0 0 2\r\n41\r\nincr counter 1\r\nget nothing\r\nquit\r\n'
for i in 1 2 3 4 5 6 7 8; do ask "set key$i 0 0 1\r\n$i\r\nquit\r\n" & done > /tmp/stored
while [ "$(grep -c STORED /tmp/stored)" != 8 ]; do sleep 0.1; done
ask 'get key1 key8\r\nquit\r\n'
ask 'stats\r\nquit\r\n' | grep -E 'curr_items|threads 4|cmd_set'
kill "$server"
wait "$server"
echo "ended with $?"
