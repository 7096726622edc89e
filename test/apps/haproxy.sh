# options: --memory 512M
# source: deb:haproxy,nginx-light,curl,dash,coreutils,grep,sed
# A balancer in front of two servers, over lo: turns, health checks, connections kept and refused, its statistics.
echo 'root:x:0:0::/:/bin/sh' > /etc/passwd
echo 'root:x:0:' > /etc/group
mkdir -p /var/log/nginx /var/lib/nginx /tmp/www
head -c 2000000 /dev/zero > /tmp/www/large
cat > /tmp/nginx.conf <<'END'
user root;
worker_processes 1;
pid /tmp/nginx.pid;
error_log /tmp/error.log;
events { worker_connections 64; }
http {
    access_log off;
    root /tmp/www;
    server { listen 127.0.0.1:8081 deferred backlog=128 so_keepalive=10s:2s:3; location = / { return 200 "one\n"; } }
    server { listen 127.0.0.1:8082 reuseport rcvbuf=64k sndbuf=128k; location = / { return 200 "two\n"; } }
}
END
nginx -c /tmp/nginx.conf
cat > /tmp/haproxy.cfg <<'END'
global
    maxconn 100
    stats socket /tmp/haproxy.sock level admin
defaults
    mode http
    timeout connect 5s
    timeout client 20s
    timeout server 20s
    option splice-auto
frontend front
    bind 127.0.0.1:8000 defer-accept tfo mss 1400
    bind :::8001 v6only
    default_backend servers
backend servers
    balance roundrobin
    option tcp-smart-connect
    server one 127.0.0.1:8081 check inter 200ms source 127.0.0.3
    server two 127.0.0.1:8082 check inter 200ms tcp-ut 5s
    server closed 127.0.0.1:8083 check inter 200ms
END
haproxy -D -p /tmp/haproxy.pid -f /tmp/haproxy.cfg && echo "started"
until curl -s http://127.0.0.1:8000/ > /dev/null; do sleep 0.2; done
until for i in 1 2 3 4; do curl -s http://127.0.0.1:8000/; done | grep -vq 503; do sleep 0.2; done
sleep 2
for i in 1 2 3 4 5 6; do curl -s http://127.0.0.1:8000/; done | sort | uniq -c | sed 's/^ *//'
curl -s http://127.0.0.1:8000/ http://127.0.0.1:8000/ | sort
curl -s -g 'http://[::1]:8001/' | grep -c -E 'one|two'
curl -s http://127.0.0.1:8000/large | wc -c
for i in 1 2 3 4 5 6 7 8; do curl -s http://127.0.0.1:8000/large | wc -c & done | sort | uniq -c | sed 's/^ *//'
wait
kill "$(cat /tmp/haproxy.pid)"
while [ -d "/proc/$(cat /tmp/haproxy.pid)" ]; do sleep 0.1; done
curl -s http://127.0.0.1:8000/ || echo "status $?"
