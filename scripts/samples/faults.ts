import type { Random } from '../../src/lib/random/random.ts'
import { day, hour, minute } from './calendar.ts'
import type { Company } from './company.ts'
import type { Action } from './recorder.ts'
import { openShell, runOver, type Shell } from './shell.ts'
import { type Scenario, type Stage, stagesOf } from './stage.ts'

const fault = stagesOf('fault')

/** A release that fails on most product pages, and its rollback. */
export const brokenRelease = (company: Company, midnight: number, random: Random): Scenario => {
  const { web, office, shop, staff } = company
  const from = midnight - 2 * day + 13 * hour + random.below(120 * 60) * 1000
  const to = from + 70 * minute + random.below(40 * 60) * 1000
  const release = (at: number, bug: boolean): Action => ({
    at,
    async run() {
      await runOver(
        { at: office, from: staff.deploy.from, to: web.address, user: staff.deploy.name, key: staff.deploy.key },
        'true',
      )
      await shop.stop()
      await shop.start({ bug })
    },
  })
  const shows: Stage['shows'] = ({ file, text }) => file === 'nginx-access.log' && / 50\d \d+ "/.test(text)
  return {
    stages: [
      fault('broken-release', 'A release answers most product pages with 500.', from, to, [web.name], { shows }),
    ],
    actions: [release(from, true), release(to, false)],
  }
}

/** A forgotten file fills the import disk; each import fails until the file is removed. */
export const fullDisk = (company: Company, midnight: number, random: Random): Scenario => {
  const { db, office, staff } = company
  const from = midnight - day + 1 * hour + random.below(90 * 60) * 1000
  const to = midnight - day + 7 * hour + random.below(60 * 60) * 1000
  let shell: Shell | undefined
  const type = (command: string) => async () => shell?.type(command, staff.dba.password)
  const actions: Action[] = [
    { at: from, run: async () => db.run('dd if=/dev/zero of=/srv/import/dump.old bs=1M count=30 2>/dev/null || :') },
    {
      at: to - 10 * minute,
      async run() {
        shell = await openShell({
          at: office,
          from: staff.dba.from,
          to: db.address,
          user: staff.dba.name,
          key: staff.dba.key,
        })
      },
    },
    { at: to - 6 * minute, run: type('df -h /srv/import; sudo ls -la /srv/import') },
    { at: to, run: type('sudo rm /srv/import/dump.old') },
    { at: to + 4 * minute, run: async () => shell?.leave() },
  ]
  const shows: Stage['shows'] = ({ file, text }) =>
    file === 'postgresql.log' && /No space left|free disk space|STATEMENT: {2}insert into imports/.test(text)
  return {
    stages: [fault('full-disk', `The import disk of ${db.name} is full.`, from, to, [db.name], { shows })],
    actions,
  }
}

/** A report exceeds the memory limit of the shop: the kernel kills it, and it stays down for a while. */
export const outOfMemory = (company: Company, midnight: number, random: Random): Scenario => {
  const { web, office, staff, shop, officePuppet } = company
  const from = midnight - 3 * day + 10 * hour + 40 * minute + random.below(100 * 60) * 1000
  const to = from + 11 * minute + random.below(8 * 60) * 1000
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
  const ask = (at: number, days: number): Action => ({
    at,
    label: 'out-of-memory',
    quiet: 300,
    run: () =>
      officePuppet.do({ kind: 'http', from: staff.support.from, to: web.address, path: `/report?days=${days}`, agent }),
  })
  const shows: Stage['shows'] = ({ file, text }) =>
    (file === 'nginx-access.log' && / 502 \d+ "/.test(text)) ||
    file === 'nginx-error.log' ||
    (file === 'syslog' && text.includes('kernel'))
  return {
    stages: [
      fault('out-of-memory', 'The shop exceeds its memory limit and is killed.', from, to, [web.name], {
        shows,
        own: shows,
      }),
    ],
    actions: [
      ask(from, 365),
      {
        at: to,
        async run() {
          await runOver(
            {
              at: office,
              from: staff.developer.from,
              to: web.address,
              user: staff.developer.name,
              key: staff.developer.key,
            },
            'true',
          )
          await shop.stop()
          await shop.start({ bug: false })
        },
      },
    ],
  }
}

/** The name server hangs until it is restarted. */
export const silentNames = (company: Company, midnight: number, random: Random): Scenario => {
  const { gateway, office, staff } = company
  const from = midnight - day + 12 * hour + random.below(60 * 60) * 1000
  const to = from + 2 * hour + random.below(45 * 60) * 1000
  let shell: Shell | undefined
  return {
    stages: [fault('silent-names', `The name server on ${gateway.name} hangs.`, from, to, [gateway.name])],
    actions: [
      { at: from, run: async () => gateway.run('pkill -STOP -x dnsmasq') },
      {
        at: to - 5 * minute,
        async run() {
          const { operator } = staff
          shell = await openShell({
            at: office,
            from: operator.from,
            to: gateway.address,
            user: operator.name,
            key: operator.key,
          })
        },
      },
      {
        at: to,
        label: 'silent-names',
        run: async () => shell?.type('sudo pkill -9 -x dnsmasq; sudo dnsmasq', staff.operator.password),
      },
      { at: to + 3 * minute, run: async () => shell?.leave() },
    ],
  }
}
