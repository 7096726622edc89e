# options: --memory 256M
# source: deb:haproxy,dash,coreutils
# needs: python3 curl ab
# limit: 90
# A balancer with two servers behind it, which are the host's.
cat > /tmp/haproxy.cfg <<'CONF'
global
  maxconn 200
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend all
  bind :80
  default_backend two
backend two
  balance roundrobin
  server one 10.77.0.1:8001 check inter 200ms
  server other 10.77.0.1:8002 check inter 200ms
CONF
exec haproxy -db -f /tmp/haproxy.cfg
