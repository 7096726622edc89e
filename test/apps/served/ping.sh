# options: --memory 128M
# source: deb:iputils-ping,iproute2,dash,busybox-static
# needs: ping curl
# limit: 60
# Both ask, and the instance shows by a port what it was answered; and a neighbour by hand.
ping -c 3 -i 0.2 10.77.0.1 > /tmp/answers 2>&1
busybox grep -c 'bytes from' /tmp/answers > /tmp/count
ping -6 -c 3 -i 0.2 fd77::1 | busybox grep -c 'bytes from' > /tmp/count6
ip neighbour add 10.77.0.99 lladdr 02:00:00:00:00:99 dev eth0
ip neighbour add 10.77.0.99 lladdr 02:00:00:00:00:98 dev eth0 2> /dev/null ||
  ip neighbour show 10.77.0.99 | busybox sed 's/ *$//' > /tmp/set
ip neighbour del 10.77.0.99 dev eth0
ip neighbour show 10.77.0.99 >> /tmp/set
exec busybox httpd -f -p 80 -h /tmp
