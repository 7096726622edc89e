# options: --memory 256M
# source: deb:redis-server,dash
# needs: redis-cli redis-benchmark
# limit: 120
# Requests one by one and in pipelines, a mass insertion, and a channel that is listened to; over IPv6 too.
exec redis-server --bind 0.0.0.0 :: --protected-mode no --save ""
