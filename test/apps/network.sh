# options: --memory 256M
# source: deb:iproute2,iputils-ping,tcpdump,netcat-openbsd,dash,coreutils,sed,grep
# The tools that show and change the network, over netlink, raw sockets and sockets of frames.
echo "== ip"
ip -o link show lo | grep -o 'mtu [0-9]*'
ip -o -4 addr show dev lo | grep -o 'inet .*lo'
ip addr add 10.1.0.1/24 dev lo && ip -o -4 addr show dev lo | grep -c inet
ip route add 10.9.0.0/16 via 10.1.0.7 && ip route show 10.9.0.0/16
ip route get 127.0.0.1 | sed -n 's/ *uid [0-9]*//; 1p'
ip route add 10.8.0.0/16 via 99.9.9.9 2>&1
ip route del 10.9.0.0/16; ip addr del 10.1.0.1/24 dev lo
ip link set lo down; ping -c1 127.0.0.1 2>&1; ip link set lo up
ip link set nonesuch up 2>&1
ip rule
echo "== ping"
ping -c2 -i0.2 127.0.0.1 | grep -o '2 packets transmitted, 2 received'
ping -c1 ::1 | grep -o '1 packets transmitted, 1 received'
ping -c1 -s 20000 127.0.0.1 | grep -o '1 packets transmitted, 1 received'
echo "== ss"
nc -l 127.0.0.1 8080 > /tmp/heard &
server=$!
until ss -tln | grep -q 8080; do sleep 0.1; done
ss -Htlnp | sed 's/  */ /g; s/pid=[0-9]*/pid=N/'
mkfifo /tmp/words
nc -N 127.0.0.1 8080 < /tmp/words &
exec 3> /tmp/words
until ss -Htn state established | grep -q 8080; do sleep 0.1; done
ss -Htn state established | wc -l
ss -Htni state established | grep -o 'cubic wscale:7,7' | head -1
echo hello >&3
exec 3>&-
wait $server; cat /tmp/heard
echo "== tcpdump"
tcpdump -Z root --immediate-mode -l -n -t -c 2 -i lo 'icmp[icmptype] == icmp-echo or icmp6' > /tmp/seen 2> /tmp/counts &
until grep -q listening /tmp/counts; do sleep 0.1; done
ping -c1 127.0.0.1 > /dev/null
ping -c1 ::1 > /dev/null
wait $!
sed 's/id [0-9]*/id N/' /tmp/seen
grep captured /tmp/counts
