# options: --memory 512M
# source: deb:redis-server,redis-tools,dash,coreutils,grep
# The server and its clients in one instance, over a UNIX socket.
redis-server --port 0 --unixsocket /tmp/redis --save "" > /tmp/log &
until [ -S /tmp/redis ]; do sleep 0.1; done
redis-cli -s /tmp/redis set a 41
redis-cli -s /tmp/redis incr a
redis-cli -s /tmp/redis lpush list x y z
redis-benchmark -s /tmp/redis -n 2000 -c 10 -t set,get -q | grep -c 'requests per second'
redis-cli -s /tmp/redis shutdown nosave
wait
echo "ended with $?"
