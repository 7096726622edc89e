# options: --memory 128M --dns 10.77.0.1
# source: deb:curl,dash,busybox-static
# needs: dnsmasq python3 curl
# limit: 60
# Names from a server on the host, and a page of a server there.
until curl -sf http://names.demi:8000/ > /tmp/page; do busybox sleep 0.3; done
busybox nslookup other.demi 10.77.0.1 | busybox grep -c 10.77.0.9 > /tmp/other
exec busybox httpd -f -p 80 -h /tmp
