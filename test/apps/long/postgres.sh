# options: --memory 1G --user 65534:65534
# source: deb:postgresql-15,dash,coreutils,grep,sed
# limit: 900
# PostgreSQL 15 over its UNIX socket: initdb, a server with its processes, psql, pgbench with four clients, a crash and
# its recovery, a dump, a stop. Not as root, which initdb refuses.
set -e
PATH=/usr/lib/postgresql/15/bin:$PATH
cd /tmp
export PGHOST=/tmp PGDATABASE=postgres
initdb -D data -A trust --no-sync > initdb.log 2>&1 || { cat initdb.log; exit 1; }
start() {
  pg_ctl -D data -w -t 120 -l server.log -o "-k /tmp -c listen_addresses=" start > start.log || { cat server.log; exit 1; }
}
start
psql -qAt << 'SQL'
create table t(a int primary key, b text);
insert into t select i, 'row ' || i from generate_series(1, 10000) i;
create index on t(b);
select count(*), sum(a), max(b) from t;
begin;
delete from t where a % 2 = 0;
select count(*) from t;
rollback;
select a from t where b = 'row 4242';
create function square(n int) returns int as 'begin return n * n; end' language plpgsql;
select square(12);
insert into t values (1, 'again');
notify nobody;
SQL
pgbench -i -q > init.log 2>&1
pgbench -c 4 -j 2 -t 50 > bench.log 2>&1 || cat bench.log
grep 'actually processed' bench.log
psql -qAtc 'select count(*) from pgbench_history'
psql -qAtc 'set parallel_setup_cost = 0' -c 'set parallel_tuple_cost = 0' -c 'set min_parallel_table_scan_size = 0' \
  -c 'select count(*) from pgbench_accounts where abalance >= -100000'
kill -KILL "$(psql -qAtc 'select pg_backend_pid()' -c "select pid from pg_stat_activity where backend_type = 'walwriter'" | tail -1)"
until grep -q 'database system is ready' server.log && psql -qAtc 'select 1' > /dev/null 2>&1 \
  && grep -q 'all server processes terminated; reinitializing' server.log; do
  sleep 0.2
done
psql -qAtc "select 'recovered', count(*) from pgbench_history"
pg_dump -t t | grep -c '^[0-9]*	row'
pg_ctl -D data -m fast stop
start
psql -qAtc "select 'restarted', count(*) from t"
pg_ctl -D data -m immediate stop
