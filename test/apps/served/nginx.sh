# options: --memory 256M
# source: deb:nginx-light,dash,coreutils
# needs: curl wrk ab sha256sum
# limit: 180
# A master and two workers: small pages, kept connections, a large file by sendfile, both IP versions.
mkdir -p /tmp/www /var/log/nginx /var/lib/nginx
head -c 612 /dev/zero | tr '\0' a > /tmp/www/small
i=0; while [ $i -lt 16 ]; do seq 1 100000; i=$((i + 1)); done > /tmp/www/large
cat > /tmp/nginx.conf <<'CONF'
user root;
worker_processes 2;
error_log /dev/stderr;
pid /tmp/nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  server { listen 80; listen [::]:80; root /tmp/www; }
}
CONF
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
