# options: --memory 64M
# source: deb:iputils-ping,dash,busybox-static
# needs: ping curl
# limit: 60
# Both ask, and the instance shows by a port what it was answered.
ping -c 3 -i 0.2 10.77.0.1 > /tmp/answers 2>&1
grep -c 'bytes from' /tmp/answers > /tmp/count 2>/dev/null || busybox grep -c 'bytes from' /tmp/answers > /tmp/count
exec busybox httpd -f -p 80 -h /tmp
