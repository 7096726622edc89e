# options: --memory 256M
# source: deb:memcached,dash
# needs: memccat memccp memcslap
# limit: 60
exec memcached -u root -l 0.0.0.0
