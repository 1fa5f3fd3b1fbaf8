import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../src/lib/random/random.ts'
import { day, hour, isWeekend, minute, pick, timesBy } from './calendar.ts'
import { type Company, crontabs, outside, type Person } from './company.ts'
import type { Action } from './recorder.ts'
import { openShell, runOver, type Shell } from './shell.ts'
import type { TestHost } from './test-host.ts'

interface Week {
  readonly from: number
  readonly to: number
  readonly random: Random
}

const slowQuery = `sudo -u postgres psql -q -d shop -c "select c.address, count(*), sum(p.price) from orders o join customers c on c.id = o.customer join products p on p.id = o.product group by 1 order by 3 desc limit 5" > /dev/null`

/** The work of employees on their servers: they log in, check logs, use sudo, mistype, and log out hours later. */
export const logins = (company: Company, week: Week): Action[] => {
  const { web, db, mail, gateway, office, staff } = company
  const { random } = week
  const usual: [Person, readonly TestHost[], number, readonly string[]][] = [
    [
      staff.admin,
      [web, db, mail, gateway],
      9,
      ['sudo nginx -t', 'sudo tail -n 20 /var/log/nginx/error.log', 'sudo ls /var/log', 'sudo du -sh /var/log'],
    ],
    [staff.developer, [web], 8, ['sudo tail -n 50 /var/log/nginx/access.log', 'df -h', 'sudo nginx -s reload']],
    [staff.dba, [db], 7, [slowQuery, 'sudo -u postgres psql -d shop -c "vacuum analyze orders"', 'df -h /srv/import']],
    [staff.operator, [mail, gateway], 6, ['sudo postqueue -p', 'sudo tail -n 20 /etc/dnsmasq.conf', 'uptime']],
    [staff.support, [web], 3, ['sudo tail -n 50 /var/log/nginx/access.log', 'ls /var/www/shop']],
  ]
  return usual.flatMap(([person, hosts, perDay, commands]) =>
    timesBy('office', { ...week, perDay, weekend: 0.05 }).flatMap((at) => {
      const host = pick(hosts, random)
      // Support has no ssh key.
      const byPassword = person === staff.support
      const login = {
        at: office,
        from: person.from,
        to: host.address,
        user: person.name,
        ...(byPassword ? { password: person.password } : { key: person.key }),
      }
      const mistypes = byPassword && random.next() < 0.25
      const lasts = minute + Math.floor(random.next() ** 2 * 2 * hour)
      let shell: Shell | undefined
      const steps = Array.from({ length: random.below(3) }, () => pick(commands, random))
      return [
        {
          at,
          async run() {
            if (mistypes) await runOver({ ...login, password: 'Password1' }, 'true')
            shell = await openShell(login)
          },
        },
        ...steps.map((command, i) => ({
          at: at + ((i + 1) * lasts) / (steps.length + 2),
          run: async () => shell?.type(command, person.password),
        })),
        { at: at + lasts, run: async () => shell?.leave() },
      ]
    }),
  )
}

/** A daily release: the deploy account logs in from the build machine and restarts the shop. */
export const releases = ({ office, web, staff: { deploy }, shop }: Company, { from, to, random }: Week): Action[] => {
  const times: number[] = []
  for (let at = from - (from % day); at < to; at += day) {
    if (!isWeekend(at)) times.push(at + 10 * hour + random.below(30) * minute)
  }
  return times
    .filter((at) => at > from && at < to)
    .map((at) => ({
      at,
      async run() {
        await runOver({ at: office, from: deploy.from, to: web.address, user: deploy.name, key: deploy.key }, 'true')
        await shop.stop()
        await shop.start({ bug: false })
      },
    }))
}

/** Scheduled jobs: every minute in which a crontab entry is due. */
export const cronMinutes = ({ crons }: Company, { from, to }: Week): Action[] => {
  const hosts = ['web', 'db', 'mail', 'gateway', 'logs'] as const
  const actions: Action[] = []
  for (let at = Math.ceil(from / minute) * minute; at < to; at += minute) {
    const due = hosts.filter((host) => crontabs[host].split('\n').some((line) => isDue(line, at)))
    if (due.length === 0) continue
    actions.push({
      at,
      quiet: 45,
      async run() {
        for (const host of due) crons[host].tick(at)
        await sleep(15)
      },
    })
  }
  return actions
}

/** Whether a crontab entry is due in a minute; days and months are always `*` here. */
export const isDue = (line: string, time: number): boolean => {
  const [minutes = '', hours = ''] = line.split(' ')
  const date = new Date(time)
  return fits(minutes, date.getUTCMinutes()) && fits(hours, date.getUTCHours())
}

const fits = (field: string, value: number): boolean => {
  const [span = '', step = '1'] = field.split('/')
  const [first, last = first] = span === '*' ? [0, 59] : span.split('-').map(Number)
  return (
    first !== undefined && last !== undefined && value >= first && value <= last && (value - first) % Number(step) === 0
  )
}

/** Mail of the office, internal and external. */
export const letters = ({ mail, staff, officePuppet }: Company, week: Week): Action[] => {
  const { random } = week
  const people = [staff.admin, staff.developer, staff.dba, staff.operator, staff.support]
  return timesBy('office', { ...week, perDay: 65, weekend: 0.05 }).map((at) => {
    const { name, from } = pick(people, random)
    const recipient =
      random.next() < 0.6 ? `${pick(people, random).name}@sample` : `customer${random.below(900)}@mail.example`
    return {
      at,
      quiet: 40,
      run: () =>
        officePuppet.do({
          kind: 'mail',
          from,
          to: mail.address,
          sender: `${name}@sample`,
          recipients: [recipient],
          bytes: 800 + random.below(9000),
        }),
    }
  })
}

const guessedNames = ['admin', 'test', 'ubuntu', 'oracle', 'git', 'pi', 'guest', 'ftpuser']

/** Background noise of the internet: an occasional single login attempt. */
export const strangers = ({ web, deps }: Company, week: Week): Action[] =>
  timesBy('visitors', { ...week, perDay: 5, weekend: 1 }).map((at) => {
    const login = {
      at: deps,
      from: pick(outside.strangers, week.random),
      to: web.address,
      user: pick(guessedNames, week.random),
      password: '123456',
    }
    return { at, run: () => runOver(login, 'true') }
  })
