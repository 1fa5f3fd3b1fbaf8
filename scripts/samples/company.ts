import { readFileSync } from 'node:fs'
import type { Random } from '../../src/lib/random/random.ts'
import { type Cron, startCron } from './daemons/cron.ts'
import { startDnsmasq, startUpstream } from './daemons/dnsmasq.ts'
import { startNginx } from './daemons/nginx.ts'
import { startMailSink, startPostfix } from './daemons/postfix.ts'
import { startPostgres } from './daemons/postgres.ts'
import { startForwarding, startLogHost } from './daemons/rsyslog.ts'
import { type Account, makeKey, startSshd } from './daemons/sshd.ts'
import { type Puppet, startPuppet } from './puppeteer.ts'
import { startShop } from './run-shop.ts'
import type { TestHost, TestNetwork } from './test-host.ts'

export interface Person extends Account {
  /** The address of the user's computer. */
  readonly from: string
  /** The file of a private key. */
  readonly key: string
}

/** The small company of the sample week: its hosts, services, employees, and external hosts. */
export interface Company {
  readonly web: TestHost
  readonly db: TestHost
  readonly mail: TestHost
  readonly gateway: TestHost
  readonly logs: TestHost
  readonly office: TestHost
  readonly deps: TestHost
  readonly staff: Record<Role, Person>
  readonly crons: Readonly<Record<'web' | 'db' | 'mail' | 'gateway' | 'logs', Cron>>
  readonly shop: ReturnType<typeof startShop>
  readonly shopPassword: string
  readonly officePuppet: Puppet
  readonly worldPuppet: Puppet
  readonly files: readonly { readonly name: string; readonly path: string }[]
}

const roles = ['admin', 'developer', 'dba', 'operator', 'support', 'deploy', 'backup'] as const
type Role = (typeof roles)[number]

const names = [
  'alice',
  'bruno',
  'carla',
  'dmitri',
  'erika',
  'farid',
  'greta',
  'hanna',
  'ivan',
  'jonas',
  'karin',
  'luca',
  'mila',
  'noor',
  'oskar',
  'petra',
]

/** External addresses, from the documentation ranges. */
export const outside = {
  visitors: range('198.51.100', 10, 90),
  strangers: range('192.0.2', 100, 60),
  attackers: range('203.0.113', 20, 60),
  nameServer: '192.0.2.53',
  relay: '192.0.2.25',
} as const

export const computers = range('10.20.1', 21, 14)

function range(net: string, first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${net}.${first + i}`)
}

/** Crontabs: Debian's defaults and the company's own jobs. */
export const crontabs = {
  web: `17 * * * * root cd / && run-parts --report /etc/cron.hourly
25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
5-55/10 * * * * root command -v debian-sa1 > /dev/null && debian-sa1 1 1`,
  db: `17 * * * * root cd / && run-parts --report /etc/cron.hourly
25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
5-55/10 * * * * root command -v debian-sa1 > /dev/null && debian-sa1 1 1
*/10 * * * * postgres /usr/local/bin/import-feed
30 2 * * * postgres /usr/local/bin/backup-shop
50 3 * * * postgres /usr/local/bin/clean-imports`,
  mail: '17 * * * * root cd / && run-parts --report /etc/cron.hourly\n*/15 * * * * root postqueue -p > /dev/null',
  gateway: '17 * * * * root cd / && run-parts --report /etc/cron.hourly',
  logs: '17 * * * * root cd / && run-parts --report /etc/cron.hourly\n40 4 * * * root find /var/log/kept -name "*.gz" -mtime +30 -delete',
} as const

/** Builds the company and starts all services; `start` is the initial time of cron. */
export const openCompany = async (
  network: TestNetwork,
  folder: string,
  random: Random,
  start: number,
): Promise<Company> => {
  const boot = (name: string, ...addresses: string[]) => network.boot({ name: `${name}.sample`, addresses })
  const logs = await boot('logs-01', '10.20.0.14')
  const web = await boot('web-01', '10.20.0.11')
  const db = await boot('db-01', '10.20.0.12')
  const mail = await boot('mail-01', '10.20.0.13')
  const gateway = await boot('gw-01', '10.20.0.1')
  const office = await boot('office', '10.20.1.10', ...computers)
  const deps = await boot(
    'world',
    outside.nameServer,
    outside.relay,
    ...outside.visitors,
    ...outside.strangers,
    ...outside.attackers,
  )
  const servers = [web, db, mail, gateway, logs]

  const staff = hire(random, folder)
  const publicKey = (name: string) => readFileSync(`${folder}/${name}.key.pub`, 'utf8')
  const hostsFile = [
    '127.0.0.1 localhost',
    ...servers.map(({ address, name }) => `${address} ${name} ${name.split('.')[0]}`),
  ].join('\n')
  for (const host of servers) {
    host.write('/etc/hosts', `${hostsFile}\n`)
    host.write('/etc/resolv.conf', `nameserver ${gateway.address}\noptions timeout:1 attempts:1\n`)
  }

  startUpstream(deps, outside.nameServer)
  startMailSink(deps, outside.relay)
  const kept = startLogHost(logs)
  startForwarding(web, logs.address, ['oom-kill', 'oom_reaper', 'Killed process', 'memory: usage'])
  for (const host of [db, mail, gateway]) startForwarding(host, logs.address)
  for (const host of servers) startSshd(host, Object.values(staff), publicKey)
  startDnsmasq(gateway, outside.nameServer, [
    ...servers,
    ...computers.map((address) => ({ name: `pc-${address.split('.')[3]}.sample`, address })),
  ])
  startPostfix(mail, outside.relay)
  const shopPassword = `shop-${random.below(1e9)}`
  const postgres = await startPostgres(db, shopPassword)
  writeJobs(db, logs, folder)
  startNginx(web)
  const shop = startShop(web, `postgres://shop:${shopPassword}@${db.address}/shop`)
  await shop.start({ bug: false })
  return {
    ...{ web, db, mail, gateway, logs, office, deps, staff, shop, shopPassword },
    crons: {
      web: await startCron(web, crontabs.web, start),
      db: await startCron(db, crontabs.db, start),
      mail: await startCron(mail, crontabs.mail, start),
      gateway: await startCron(gateway, crontabs.gateway, start),
      logs: await startCron(logs, crontabs.logs, start),
    },
    officePuppet: startPuppet(office),
    worldPuppet: startPuppet(deps),
    files: [...kept, postgres],
  }
}

const hire = (random: Random, folder: string): Record<Role, Person> => {
  const people = [...names]
  const take = (): string => people.splice(random.below(people.length), 1)[0] ?? 'zoe'
  const hired = roles.map((role, i): [Role, Person] => {
    const name = role === 'deploy' ? 'deploy' : role === 'backup' ? 'dumps' : take()
    const admin = role !== 'deploy' && role !== 'backup'
    return [
      role,
      { name, password: `${name}-${random.below(1e6)}`, admin, from: computers[i] ?? '', key: makeKey(folder, name) },
    ]
  })
  const of = (role: Role): Person => {
    const person = hired.find(([one]) => one === role)?.[1]
    if (!person) throw new Error(`No host has the role ${role}.`)
    return person
  }
  return {
    admin: of('admin'),
    developer: of('developer'),
    dba: of('dba'),
    operator: of('operator'),
    support: of('support'),
    deploy: of('deploy'),
    backup: of('backup'),
  }
}

/** The jobs of the database host: it imports a feed, and sends a dump to the log host. */
const writeJobs = (db: TestHost, logs: TestHost, folder: string): void => {
  const job = (name: string, text: string) => db.write(`/usr/local/bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755)
  job(
    'import-feed',
    `exec psql -q -d shop -c "insert into imports select 1, repeat(md5(i::text), 12) from generate_series(1, 150) i" 2>/dev/null`,
  )
  job('clean-imports', `exec psql -q -d shop -c "truncate imports"`)
  job(
    'backup-shop',
    `pg_dump -d shop -t products -t orders | gzip -1 > /var/tmp/shop.sql.gz
exec ssh -q -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i /var/lib/postgresql/backup.key dumps@${logs.address} 'cat > shop.sql.gz' < /var/tmp/shop.sql.gz`,
  )
  db.write('/var/lib/postgresql/backup.key', readFileSync(`${folder}/dumps.key`, 'utf8'), 0o600)
  db.run('chown postgres: /var/lib/postgresql/backup.key')
}
