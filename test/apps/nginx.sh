# options: --memory 512M
# source: deb:nginx-light,curl,dash,coreutils,grep,sed
# A master and two workers of another user, over a local socket and over lo; a reload, and a graceful end.
mkdir -p /tmp/www /var/log/nginx /var/lib/nginx /run
echo 'root:x:0:0::/:/bin/sh' > /etc/passwd
echo 'www-data:x:33:33::/:/bin/sh' >> /etc/passwd
echo 'root:x:0:' > /etc/group
echo 'www-data:x:33:' >> /etc/group
echo 'the first page' > /tmp/www/index.html
cat > /tmp/nginx.conf <<'END'
user www-data;
worker_processes 2;
pid /tmp/nginx.pid;
error_log /tmp/error.log info;
events { worker_connections 64; }
http {
    access_log /tmp/access.log;
    server {
        listen unix:/tmp/nginx.sock;
        listen 127.0.0.1:8080;
        root /tmp/www;
        location /pid { return 200 "$pid\n"; }
    }
}
END
nginx -c /tmp/nginx.conf && echo "started"
master=$(cat /tmp/nginx.pid)
by_socket() { curl -s --unix-socket /tmp/nginx.sock "http://localhost$1"; }
# Its children, and the user that they run as.
workers() { cat /proc/[0-9]*/status 2>/dev/null | grep -A 4 "^PPid:.$master\$" | grep -c '^Uid:.33.33.33.33'; }
wait_for_workers() { until [ "$(workers)" = "$1" ]; do sleep 0.1; done; echo "$1 workers"; }
wait_for_workers 2
by_socket /
curl -s http://127.0.0.1:8080/
curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8080/nothing
for i in 1 2 3 4 5 6 7 8; do by_socket /pid; done | sort -u | while read pid; do [ "$pid" != "$master" ] || echo "the master serves"; done
head -c 3000000 /dev/zero > /tmp/www/large
curl -s http://127.0.0.1:8080/large | wc -c
echo 'the second page' > /tmp/www/index.html
before=$(by_socket /pid)
sed 's/worker_processes 2/worker_processes 3/' /tmp/nginx.conf > /tmp/new.conf && cp /tmp/new.conf /tmp/nginx.conf
nginx -c /tmp/nginx.conf -s reload 2> /dev/null
until [ ! -d "/proc/$before" ]; do sleep 0.1; done
wait_for_workers 3
by_socket /
nginx -c /tmp/nginx.conf -s quit 2> /dev/null
while [ -d "/proc/$master" ]; do sleep 0.1; done
grep -c 'gracefully shutting down' /tmp/error.log
grep -E '\[(emerg|alert|crit|error)\]' /tmp/error.log | grep -v /nothing
ls /tmp/nginx.sock 2>&1
wc -l < /tmp/access.log
