# options: --memory 128M
# source: deb:curl,iproute2,dash,busybox-static
# needs: dnsmasq python3 curl
# limit: 60
# A router on the host gives an address of IPv6 and names a server of names, which is asked over IPv6.
until busybox grep -q fd78 /etc/resolv.conf; do busybox sleep 0.3; done
until curl -sf http://names.demi:8000/ > /tmp/page; do busybox sleep 0.3; done
ip -o -6 address show dev eth0 scope global | busybox grep -c ' fd78:' > /tmp/count
exec busybox httpd -f -p 80 -h /tmp
