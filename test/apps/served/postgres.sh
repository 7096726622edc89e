# options: --memory 1G --user 65534:65534
# source: deb:postgresql-15,dash,coreutils
# needs: psql pgbench
# limit: 600
PATH=/usr/lib/postgresql/15/bin:$PATH
cd /tmp
initdb -D data -A trust --no-sync -U postgres > /dev/null || exit 1
echo "host all all 0.0.0.0/0 trust" >> data/pg_hba.conf
exec postgres -D data -k /tmp -c listen_addresses='*'
