# options: --memory 64M
# source: deb:iputils-ping,dash,busybox-static
# needs: ping curl
# limit: 60
# Both ask, and the instance shows by a port what it was answered.
ping -c 3 -i 0.2 10.77.0.1 > /tmp/answers 2>&1
busybox grep -c 'bytes from' /tmp/answers > /tmp/count
ping -6 -c 3 -i 0.2 fd77::1 | busybox grep -c 'bytes from' > /tmp/count6
exec busybox httpd -f -p 80 -h /tmp
