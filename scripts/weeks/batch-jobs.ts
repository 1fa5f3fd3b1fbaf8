import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { day, hour, minute } from '../../src/lib/units/time.ts'
import { syslogHead } from './line-formats.ts'
import { pickOne } from './pick-one.ts'
import type { GeneratedWeek, Line } from './weeks.ts'

const second = 1000
const days = 21
/** A Monday. */
const monday = Date.UTC(2026, 8, 7)

/** One run of a job, and how it ended. */
interface Run {
  readonly start: number
  readonly took: number
  readonly failed: boolean
}

/** A product that runs jobs: its source, how it writes one run, and other things that it logs. */
interface JobFormat {
  readonly source: string
  readonly names: readonly [string, ...string[]]
  /** Whether the lines show how long a run takes, and whether it failed. */
  readonly shows: readonly ('long' | 'failed')[]
  readonly write: (name: string, run: Run, random: Random) => readonly Line[]
}

const between = (random: Random, low: number, high: number): number => low + random.next() * (high - low)
const iso = (time: number): string => new Date(time).toISOString()
const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join('')
const host = 'srv-3'
const sys = (time: number, program: string, text: string): Line => [time, `${syslogHead(time, host, program)} ${text}`]

const formats: Readonly<Record<string, JobFormat>> = {
  cron: {
    source: 'syslog',
    names: ['/usr/local/bin/rotate-keys', '/opt/shop/bin/close-day', '/usr/local/sbin/sync-mirror'],
    shows: [],
    write: (name, { start }, random) => [
      sys(start, `CRON[${random.below(30_000)}]`, `(root) CMD (${name} --quiet >/dev/null 2>&1)`),
    ],
  },
  'systemd timer': {
    source: 'syslog',
    names: ['db-dump', 'index-rebuild', 'cert-renew', 'feed-import'],
    shows: ['long', 'failed'],
    write: (name, { start, took, failed }, random) => [
      sys(start, 'systemd[1]', `Starting ${name}.service - Nightly ${name.replace('-', ' ')}...`),
      ...(failed
        ? [
            sys(
              start + took,
              'systemd[1]',
              `${name}.service: Main process exited, code=exited, status=${1 + random.below(4)}/FAILURE`,
            ),
            sys(start + took, 'systemd[1]', `${name}.service: Failed with result 'exit-code'.`),
            sys(start + took, 'systemd[1]', `Failed to start ${name}.service - Nightly ${name.replace('-', ' ')}.`),
          ]
        : [
            sys(start + took, 'systemd[1]', `${name}.service: Deactivated successfully.`),
            sys(start + took, 'systemd[1]', `Finished ${name}.service - Nightly ${name.replace('-', ' ')}.`),
          ]),
    ],
  },
  'backup tool': {
    source: 'backup.log',
    names: ['home', 'mail', 'photos', 'databases'],
    shows: ['long', 'failed'],
    write: (name, { start, took, failed }, random) => {
      const line = (time: number, text: string): Line => [time, `${iso(time).slice(0, 19).replace('T', ' ')} ${text}`]
      const begin = line(start, `[${name}] creating archive ${name}-${iso(start).slice(0, 10)}`)
      const files = Array.from({ length: 6 }, (_, i) =>
        line(start + (took * (i + 1)) / 8, `[${name}] ${(i + 1) * (9000 + random.below(500))} files processed`),
      )
      return failed
        ? [
            begin,
            ...files.slice(0, 3),
            line(start + took, `[${name}] repository is locked by another process, giving up`),
            line(start + took, `[${name}] terminating with error status, rc 2`),
          ]
        : [
            begin,
            ...files,
            line(start + took, `[${name}] archive complete: ${(40 + 20 * random.next()).toFixed(2)} GB, rc 0`),
          ]
    },
  },
  'JSON of an application': {
    source: 'app.json',
    names: ['InvoiceRun', 'PriceImport', 'NewsletterSend', 'StockSync'],
    shows: ['long', 'failed'],
    write: (name, { start, took, failed }, random) => {
      const id = hex(random, 12)
      const line = (time: number, level: string, message: string, facts: object): Line => [
        time,
        JSON.stringify({ timestamp: iso(time), level, logger: 'scheduler', job: name, runId: id, message, ...facts }),
      ]
      return [
        line(start, 'INFO', 'job started', {}),
        failed
          ? line(start + took, 'ERROR', 'job finished', { outcome: 'FAILED', durationMs: Math.round(took) })
          : line(start + took, 'INFO', 'job finished', {
              outcome: 'COMPLETED',
              durationMs: Math.round(took),
              items: 4000 + random.below(900),
            }),
      ]
    },
  },
  'Windows Task Scheduler': {
    source: 'tasks.json',
    names: ['\\Contoso\\Export payroll', '\\Contoso\\Archive mailboxes', '\\Backup\\Full image', '\\Ops\\Trim logs'],
    shows: ['long', 'failed'],
    write: (name, { start, took, failed }, random) => {
      const ActivityId = `{${hex(random, 8)}-${hex(random, 4)}}`
      const line = (time: number, EventID: number, Message: string, facts: object): Line => [
        time,
        JSON.stringify({
          TimeCreated: iso(time),
          Computer: 'FS-2.contoso.example',
          Channel: 'Microsoft-Windows-TaskScheduler/Operational',
          ProviderName: 'Microsoft-Windows-TaskScheduler',
          EventID,
          Level: EventID === 203 ? 2 : 4,
          ActivityId,
          TaskName: name,
          ...facts,
          Message,
        }),
      ]
      const action = 'C:\\Windows\\System32\\cmd.exe'
      return [
        line(
          start,
          107,
          `Task Scheduler launched "${ActivityId}" instance of task "${name}" due to a time trigger condition.`,
          {},
        ),
        line(
          start + second,
          100,
          `Task Scheduler started "${ActivityId}" instance of the "${name}" task for user "CONTOSO\\svc-task".`,
          {
            UserContext: 'CONTOSO\\svc-task',
          },
        ),
        line(
          start + took,
          201,
          `Task Scheduler successfully completed task "${name}", instance "${ActivityId}", action "${action}" with return code ${failed ? '2147942401' : '0'}.`,
          { ActionName: action, ResultCode: failed ? '2147942401' : '0' },
        ),
        line(
          start + took + second,
          102,
          `Task Scheduler successfully finished "${ActivityId}" instance of the "${name}" task for user "CONTOSO\\svc-task".`,
          {
            UserContext: 'CONTOSO\\svc-task',
          },
        ),
      ]
    },
  },
  'script with logger': {
    source: 'syslog',
    names: ['offsite-copy', 'ldap-export', 'mirror-sync'],
    shows: ['long', 'failed'],
    write: (name, { start, took, failed }, random) => [
      sys(start, name, `begin, ${3 + random.below(3)} targets`),
      ...(failed
        ? [sys(start + took, name, `target 2 did not answer, aborted with exit code ${1 + random.below(9)}`)]
        : [sys(start + took, name, `end, ${random.below(9_000)} MB copied in ${Math.round(took / second)} s`)]),
    ],
  },
}

/** The texts of the lines that come before the logs end. */
const inOrder = (lines: readonly Line[]): string[] =>
  lines
    .filter(([time]) => time < monday + days * day)
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)

/** Draws lines of other programs: daemons, and timers with a random delay. */
const drawBackground = (random: Random): readonly (readonly [source: string, Line])[] => {
  const lines: (readonly [string, Line])[] = []
  const add = (perDay: number, draw: (time: number) => readonly [string, Line]) => {
    for (let i = 0; i < perDay * days; i++) lines.push(draw(monday + random.next() * days * day))
  }
  for (let i = 0; i < days * 24; i++) {
    const time = monday + i * hour + 17 * minute + second
    lines.push([
      'syslog',
      sys(time, `CRON[${random.below(30_000)}]`, '(root) CMD (cd / && run-parts --report /etc/cron.hourly)'),
    ])
  }
  for (let i = 0; i < days; i++) {
    // Debian lets this timer start at any time within twelve hours.
    const time = monday + i * day + 6 * hour + random.next() * 12 * hour
    lines.push(['syslog', sys(time, 'systemd[1]', 'Starting apt-daily.service - Daily apt download activities...')])
    lines.push([
      'syslog',
      sys(time + 20 * second, 'systemd[1]', 'Finished apt-daily.service - Daily apt download activities.'),
    ])
  }
  add(40, (time) => ['syslog', sys(time, 'dhclient[611]', `DHCPACK of 10.20.0.${random.below(250)} from 10.20.0.1`)])
  add(60, (time) => ['syslog', sys(time, 'postfix/qmgr[1201]', `${hex(random, 10).toUpperCase()}: removed`)])
  add(20, (time) => ['syslog', sys(time, 'chronyd[702]', `Selected source 10.20.0.${random.below(9)}`)])
  add(90, (time) => [
    'app.json',
    [
      time,
      JSON.stringify({
        timestamp: iso(time),
        level: 'INFO',
        logger: 'http',
        message: 'request served',
        path: pickOne(random, ['/items', '/cart', '/login']),
        durationMs: 10 + random.below(300),
      }),
    ],
  ])
  add(30, (time) => [
    'tasks.json',
    [
      time,
      JSON.stringify({
        TimeCreated: iso(time),
        Computer: 'FS-2.contoso.example',
        Channel: 'System',
        ProviderName: 'Service Control Manager',
        EventID: 7036,
        Level: 4,
        Message: `The ${pickOne(random, ['Windows Update', 'Software Protection', 'WMI Performance Adapter'])} service entered the ${pickOne(random, ['running', 'stopped'])} state.`,
      }),
    ],
  ])
  return lines
}

const outcomes = ['on time', 'late', 'missing', 'failed', 'long'] as const
type Outcome = (typeof outcomes)[number]

const isWorkingDay = (time: number): boolean => (time / day + 3) % 7 < 5

/** How often jobs run: the times at which they do, and the pause between. */
const rhythms = {
  nightly: { isOn: () => true, every: day },
  'on working days': { isOn: isWorkingDay, every: day },
  'every six hours': { isOn: () => true, every: 6 * hour },
  hourly: { isOn: () => true, every: hour },
  'every two hours': { isOn: () => true, every: 2 * hour },
  'hourly in office hours': {
    isOn: (time: number) => isWorkingDay(time) && time % day > 7 * hour && time % day < 19 * hour,
    every: hour,
  },
  'hourly but for the night': { isOn: (time: number) => time % day > 2 * hour, every: hour },
} as const
type Rhythm = keyof typeof rhythms

const rhythmNames = ['nightly', 'on working days', 'every six hours'] as const

/**
 * Generates three weeks of machines that run a job in each of several formats, of which one at last is late, missing, failed or longer than
 * usual, or none is.
 */
export const generateBatchJobs = (seed: number): GeneratedWeek[] =>
  Object.entries(formats).flatMap(([format, { shows }], i) =>
    outcomes
      .filter((outcome) => (outcome !== 'long' && outcome !== 'failed') || shows.includes(outcome))
      .map((outcome, j) => drawMachines(createRandom(seed * 1000 + 10 * i + j), format, outcome)),
  )

/** Generates the same for jobs that run about hourly, and weeks without trouble in which they pause by night. */
export const generateHourlyJobs = (seed: number): GeneratedWeek[] =>
  Object.entries(formats).flatMap(([format, { shows }], i) => [
    ...(['hourly', 'every two hours'] as const).flatMap((rhythm, j) =>
      outcomes
        .filter((outcome) => (outcome !== 'long' && outcome !== 'failed') || shows.includes(outcome))
        .map((outcome, k) =>
          drawMachines(createRandom(seed * 1000 + 100 * i + 10 * j + k + 500), format, outcome, rhythm),
        ),
    ),
    ...(['hourly in office hours', 'hourly but for the night'] as const).map((rhythm, j) =>
      drawMachines(createRandom(seed * 1000 + 100 * i + 10 * j + 550), format, 'on time', rhythm),
    ),
  ])

const drawMachines = (random: Random, troubled: string, outcome: Outcome, often?: Rhythm): GeneratedWeek => {
  const bySource = new Map<string, Line[]>()
  const add = (source: string, line: Line) => {
    const lines = bySource.get(source) ?? []
    bySource.set(source, lines)
    lines.push(line)
  }
  let trouble: GeneratedWeek['trouble']
  let rhythmName = ''
  for (const [format, { source, names, write }] of Object.entries(formats)) {
    const name = pickOne(random, names)
    const drawn = pickOne(random, rhythmNames)
    const rhythm = format === troubled ? (often ?? drawn) : drawn
    const { isOn, every } = rhythms[rhythm]
    const at = between(random, 0, every / hour) * hour
    const jitter = pickOne(random, [2 * second, minute, 0.04 * every])
    const usual = between(random, 0.002, 0.03) * every
    const starts: number[] = []
    for (let time = monday + at; time < monday + days * day; time += every) {
      if (isOn(time)) starts.push(time + jitter * random.next())
    }
    // The trouble is not the end of the logs: later runs are as usual.
    const index = format === troubled ? starts.findIndex((time) => time > monday + 17.5 * day) : -1
    for (const [n, start] of starts.entries()) {
      const run: Run = { start, took: usual * between(random, 0.8, 1.25), failed: false }
      const is = n === index ? outcome : 'on time'
      if (is === 'missing') continue
      const odd: Run = {
        start:
          is === 'late' ? start + every * (often ? between(random, 0.6, 0.85) : between(random, 0.3, 0.45)) : start,
        took:
          is === 'long'
            ? run.took + (often ? every * between(random, 0.6, 0.9) : between(random, 1.5, 4) * hour)
            : run.took,
        failed: is === 'failed',
      }
      for (const line of write(name, odd, random)) add(source, line)
    }
    if (format === troubled) {
      rhythmName = rhythm
      const mentions = new RegExp(name.replace(/[\\/]/g, '.+?').replace(/^\.\+\?/, ''), 'i')
      if (outcome !== 'on time') trouble = { from: (starts[index] ?? 0) - minute, mentions }
    }
  }
  for (const [source, line] of drawBackground(random)) add(source, line)
  return {
    name: `${troubled}, ${rhythmName}, ${outcome}`,
    sources: new Map([...bySource].map(([source, lines]) => [source, inOrder(lines)])),
    ...(trouble && { trouble }),
    judgedFrom: monday + 4 * day,
  }
}
