# source: deb:busybox-static,dash
# Switching the machine off ends the instance, whoever is still at work.
sleep 1000 &
echo before
busybox poweroff -f
echo after
