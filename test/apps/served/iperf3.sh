# options: --memory 256M
# source: deb:iperf3,dash
# needs: iperf3 jq
# limit: 60
exec iperf3 -s
