import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { day, hour, minute } from '../../src/lib/units/time.ts'
import { syslogHead } from './line-formats.ts'
import { pickOne } from './pick-one.ts'
import type { GeneratedWeek, Line } from './weeks.ts'

const second = 1000
const days = 17
/** A Monday. */
const monday = Date.UTC(2026, 8, 7)

const iso = (time: number): string => new Date(time).toISOString()
const host = 'srv-5'
const sys = (time: number, program: string, text: string): Line => [time, `${syslogHead(time, host, program)} ${text}`]

/** Something that runs every few minutes: its source, its lines, and words that its lines contain. */
interface FrequentFormat {
  readonly source: string
  readonly mentions: RegExp
  readonly write: (time: number, random: Random) => readonly Line[]
}

const formats: Readonly<Record<string, FrequentFormat>> = {
  cron: {
    source: 'syslog',
    mentions: /push-metrics/,
    write: (time, random) => [
      sys(time, `CRON[${random.below(30_000)}]`, '(www-data) CMD (/opt/shop/bin/push-metrics --quiet)'),
    ],
  },
  'systemd timer': {
    source: 'syslog',
    mentions: /queue-worker/,
    write: (time, random) => [
      sys(time, 'systemd[1]', 'Starting queue-worker.service - Handle queued mail...'),
      sys(time + (2 + 6 * random.next()) * second, 'systemd[1]', 'queue-worker.service: Deactivated successfully.'),
      sys(time + 9 * second, 'systemd[1]', 'Finished queue-worker.service - Handle queued mail.'),
    ],
  },
  'script with logger': {
    source: 'syslog',
    mentions: /mirror-sync/,
    write: (time, random) => [
      sys(time, 'mirror-sync', 'sync begins'),
      sys(time + 8 * second, 'mirror-sync', `sync of ${random.below(900)} files ends`),
    ],
  },
  'JSON of an application': {
    source: 'app.json',
    mentions: /stock import|PriceFeed/i,
    write: (time, random) => [
      [
        time,
        JSON.stringify({
          timestamp: iso(time),
          level: 'INFO',
          logger: 'PriceFeed',
          message: `stock import finished in ${400 + random.below(900)} ms`,
        }),
      ],
    ],
  },
  'health check': {
    source: 'access.log',
    mentions: /healthz|kube-probe/,
    write: (time) => [
      [
        time,
        `10.20.0.9 - - [${new Date(time).toUTCString().slice(5, 16).replaceAll(' ', '/')}:${iso(time).slice(11, 19)} +0000] "GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.29"`,
      ],
    ],
  },
}

const outcomes = ['ordinary', 'stops'] as const
type Outcome = (typeof outcomes)[number]

const isWorkingDay = (time: number): boolean => (time / day + 3) % 7 < 5

/** Whether a run takes place at a time, and how far it is from its time. */
const rhythms: Readonly<
  Record<string, { readonly isOn: (time: number) => boolean; readonly jitter: number; readonly isSteady: boolean }>
> = {
  steady: { isOn: () => true, jitter: 0.01, isSteady: true },
  'with a random delay': { isOn: () => true, jitter: 0.15, isSteady: true },
  irregular: { isOn: () => true, jitter: 1, isSteady: false },
  'in office hours': {
    isOn: (time) => isWorkingDay(time) && time % day > 6 * hour && time % day < 18 * hour,
    jitter: 0.01,
    isSteady: false,
  },
  'not at weekends': { isOn: isWorkingDay, jitter: 0.01, isSteady: false },
  'not by night': { isOn: (time) => time % day > 5 * hour, jitter: 0.01, isSteady: false },
  // Every second hour has a batch, of which the length differs.
  'in batches': {
    isOn: (time) => time % (2 * hour) < (0.3 + ((time / hour) % 7) / 12) * 2 * hour,
    jitter: 0.1,
    isSteady: false,
  },
}

/** Every few minutes; the schedule of a probe is shorter. */
const intervals = [1, 5, 10, 15, 20, 30]

const drawBackground = (random: Random): Map<string, Line[]> => {
  const lines = new Map<string, Line[]>([
    ['syslog', []],
    ['app.json', []],
    ['access.log', []],
  ])
  const add = (source: string, perDay: number, draw: (time: number) => Line) => {
    for (let i = 0; i < perDay * days; i++) lines.get(source)?.push(draw(monday + random.next() * days * day))
  }
  for (let i = 0; i < days * 24; i++)
    lines
      .get('syslog')
      ?.push(
        sys(
          monday + i * hour + 17 * minute + second,
          `CRON[${random.below(30_000)}]`,
          '(root) CMD (cd / && run-parts --report /etc/cron.hourly)',
        ),
      )
  add('syslog', 150, (time) => sys(time, 'dhclient[611]', `DHCPACK of 10.20.0.${random.below(250)} from 10.20.0.1`))
  add('syslog', 150, (time) =>
    sys(time, 'systemd[1]', `Started session-${random.below(900)}.scope - Session of User kim.`),
  )
  add('app.json', 400, (time) => [
    time,
    JSON.stringify({
      timestamp: iso(time),
      level: 'INFO',
      logger: 'http',
      message: 'request served',
      path: pickOne(random, ['/items', '/cart', '/login']),
    }),
  ])
  add('access.log', 700, (time) => [
    time,
    `10.4.${random.below(9)}.${random.below(250)} - - [${new Date(time).toUTCString().slice(5, 16).replaceAll(' ', '/')}:${iso(time).slice(11, 19)} +0000] "GET ${pickOne(random, ['/', '/items', '/cart'])} HTTP/1.1" 200 ${random.below(9000)} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0)"`,
  ])
  return lines
}

/**
 * Generates weeks in which something runs every few minutes: steadily, of which half stop for six hours, or with pauses or irregularly,
 * which is ordinary. Some lack single runs, or pause for two or three.
 */
export const generateFrequentJobs = (seed: number): GeneratedWeek[] =>
  Object.keys(formats).flatMap((format, i) =>
    Object.entries(rhythms).flatMap(([rhythm, { isSteady }], j) =>
      outcomes
        .filter((outcome) => outcome === 'ordinary' || isSteady)
        .map((outcome, k) => drawWeek(createRandom(seed * 1000 + 100 * i + 10 * j + k), format, rhythm, outcome)),
    ),
  )

const drawWeek = (random: Random, format: string, rhythm: string, outcome: Outcome): GeneratedWeek => {
  const { source, mentions, write } = formats[format] as FrequentFormat
  const { isOn, jitter } = rhythms[rhythm] as (typeof rhythms)[string]
  const every = (intervals[random.below(intervals.length)] ?? 5) * minute
  const stop = monday + (9 + 6 * random.next()) * day
  const missed = 0.003 * random.next()
  // Summer time ends or begins for logs in local time.
  const shift = pickOne(random, [0, 0, hour, -hour])
  const isShifted = outcome === 'ordinary' && shift !== 0 && source === 'syslog'
  const lines = drawBackground(random)
  const shiftAt = monday + 13 * day + hour
  for (let time = monday; time < monday + days * day; time += every) {
    const at = time + jitter * every * random.next()
    if (!isOn(time) || random.next() < missed) continue
    if (outcome === 'stops' && at > stop && at < stop + 6 * hour) continue
    lines.get(source)?.push(...write(at, random))
  }
  const shifted = (time: number, text: string): string =>
    isShifted && time >= shiftAt ? syslogHead(time + shift, host, '').slice(0, 15) + text.slice(15) : text
  return {
    name: `${format}, every ${every / minute} min, ${rhythm}, ${outcome}${isShifted ? `, shift ${shift / hour}` : ''}`,
    sources: new Map(
      [...lines].map(([name, all]) => [
        name,
        all
          .filter(([time]) => time < monday + days * day)
          .sort(([a], [b]) => a - b)
          .map(([time, text]) => (name === 'syslog' ? shifted(time, text) : text)),
      ]),
    ),
    ...(outcome === 'stops' && { trouble: { from: stop - minute, mentions } }),
    judgedFrom: monday + 2 * day,
  }
}
