import type { TestHost } from '../test-host.ts'

const programs = '/usr/lib/postgresql/15/bin'
const data = '/var/lib/postgresql/15/sample'
const log = '/var/log/postgresql/postgresql.log'

/** Starts PostgreSQL with the shop's tables, Debian's line prefix, and a small disk of its own for what is imported each night. */
export const startPostgres = async (host: TestHost, shopPassword: string): Promise<{ name: string; path: string }> => {
  host.run(`mkdir -p ${data} /var/log/postgresql /var/run/postgresql /srv/import; chown -R postgres: /var/lib/postgresql /var/log/postgresql /var/run/postgresql
    rm -f /var/log/postgresql/*
    mount -t tmpfs -o size=24m,mode=700 tmpfs /srv/import; mkdir /srv/import/tables; chown -R postgres: /srv/import
    su postgres -c '${programs}/initdb --locale=C.UTF-8 --auth-host=scram-sha-256 --auth-local=peer --no-sync -D ${data}' > /dev/null`)
  host.write(
    `${data}/postgresql.conf`,
    `listen_addresses = '*'
unix_socket_directories = '/var/run/postgresql'
max_connections = 60
shared_buffers = 32MB
fsync = off
log_line_prefix = '%m [%p] %q%u@%d '
log_timezone = 'UTC'
timezone = 'UTC'
log_connections = on
log_disconnections = on
log_checkpoints = off
log_min_duration_statement = 150ms
`,
  )
  host.run(`echo 'host all all 10.20.0.0/16 scram-sha-256' >> ${data}/pg_hba.conf; chown -R postgres: ${data}
    su postgres -c '${programs}/pg_ctl -w -D ${data} -l ${log} start' > /dev/null`)
  host.write('/srv/shop.sql', schema(shopPassword))
  host.run(`su postgres -c 'psql -q -v ON_ERROR_STOP=1 -f /srv/shop.sql' > /dev/null`)
  return { name: 'postgresql.log', path: host.outside(log) }
}

const schema = (password: string): string => `
create role shop login password '${password}';
create database shop owner shop;
create tablespace import location '/srv/import/tables';
\\connect shop
set role shop;
create table products (id int primary key, name text, price numeric);
insert into products select i, 'product ' || i, (i * 37 % 1000) / 10.0 from generate_series(1, 300) i;
create table customers (id int primary key, name text, email text, address text, card text);
insert into customers select i, 'customer ' || i, 'customer' || i || '@mail.example', 'street ' || i % 977, md5(i::text) from generate_series(1, 120000) i;
create table orders (id bigserial primary key, customer int, product int, at timestamptz default now());
insert into orders (customer, product) select 1 + i * 7919 % 120000, 1 + i % 300 from generate_series(1, 200000) i;
reset role;
grant pg_read_all_data to shop;
create table imports (batch int, body text) tablespace import;
create index on orders (customer);
analyze;
`
