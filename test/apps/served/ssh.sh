# options: --memory 256M
# source: deb:dropbear-bin,busybox-static,dash,base-passwd
# needs: ssh ssh-keygen
# limit: 60
# The client's key comes by a port of its own: there is nothing that host and instance share.
busybox mkdir -p /root/.ssh /etc/dropbear
busybox chmod 700 /root /root/.ssh
[ -e /etc/passwd ] || echo 'root:x:0:0:root:/root:/bin/sh' > /etc/passwd
[ -e /etc/shells ] || echo /bin/sh > /etc/shells
busybox nc -l -p 7 > /root/.ssh/authorized_keys
exec dropbear -R -F -E -p 22
