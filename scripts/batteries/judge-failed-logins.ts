import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { createSourceAnalysis } from '../weeks/judge-weeks.ts'
import { readBlocks } from './read-blocks.ts'

const users = [
  'root',
  'admin',
  'test',
  'oracle',
  'postgres',
  'ubuntu',
  'guest',
  'backup',
  'anna',
  'bob',
  'carol',
  'john',
]
const from = Date.UTC(2026, 10, 14, 3)
const two = (value: number): string => String(value).padStart(2, '0')

/** How many formats of failed logins are recognized as guessed passwords. */
export const judgeFailedLogins = async (seed: number) => {
  const analyze = await createSourceAnalysis()
  const blocks = readBlocks('failed-logins.txt')
  const random = createRandom(seed)
  const missed: string[] = []
  let count = 0
  for (const [name, block] of blocks) {
    const lines = linesOf(block, random)
    count += lines.length
    const { detections } = await analyze(new Map([[name, lines]]))
    if (!detections.some(({ type }) => type === 'brute_force' || type === 'unauthorized_access')) missed.push(name)
  }
  return { found: blocks.length - missed.length, all: blocks.length, lines: count, missed }
}

/** Makes a log from a format: many users from one address, one user from one address, or many users from three. */
const linesOf = (block: readonly string[], random: Random): string[] => {
  const of = (key: string) => block.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(3))
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[random.below(items.length)]
  const [failures, others, successes] = [of('F'), of('N'), of('S')]
  const kind = random.below(100)
  const addresses = Array.from({ length: kind < 85 ? 1 : 3 }, () => `203.0.113.${1 + random.below(250)}`)
  const target = pick(users) ?? ''
  const lines = of('H')
  let time = from
  for (let left = Number(of('R')[0] ?? 10 + random.below(12)); left > 0; left--) {
    time += 1000 * (1 + random.below(11))
    const party = { u: kind >= 60 && kind < 85 ? target : (pick(users) ?? ''), ip: pick(addresses) ?? '' }
    const other = random.below(100) < 35 ? pick(others) : undefined
    if (other !== undefined) lines.push(fill(other, valuesAt(time, random), party))
    const values = valuesAt(time, random)
    for (const part of (pick(failures) ?? '').split('|~|')) lines.push(fill(part, values, party))
  }
  const success = pick(successes)
  if (success !== undefined)
    lines.push(fill(success, valuesAt(time + 4000, random), { u: target, ip: addresses[0] ?? '' }))
  return lines
}

type Values = Readonly<Record<string, string>>

const fill = (line: string, values: Values, party: Values): string =>
  line.replaceAll(/\{([a-z0-9.]+)\}/g, (whole, name: string) => party[name] ?? values[name] ?? whole)

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** A time in all forms, and numbers. */
const valuesAt = (time: number, random: Random): Values => {
  const at = new Date(time)
  const [date = '', rest = ''] = at.toISOString().split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const hms = rest.slice(0, 8)
  const [, minutes = '', seconds = ''] = hms.split(':')
  const name = months[at.getUTCMonth()] ?? ''
  const weekday = weekdays[at.getUTCDay()] ?? ''
  const ms = String(random.below(1000)).padStart(3, '0')
  const micros = `${ms}${String(random.below(1000)).padStart(3, '0')}`
  const hex = (length: number) => Array.from({ length }, () => random.below(16).toString(16)).join('')
  const short = `${name} ${String(at.getUTCDate()).padStart(2)} ${hms}`
  const half = at.getUTCHours() < 12 ? 'AM' : 'PM'
  const seconds1970 = String(time / 1000)
  return {
    sys: short,
    ctn: short,
    ct: `${weekday} ${short} ${year}`,
    ap: `${weekday} ${name} ${day} ${hms}.${micros} ${year}`,
    iso: `${date}T${hms}.${micros}+00:00`,
    iso2: `${date}T${hms}+00:00`,
    iso3: `${date}T${hms}.${micros}`,
    isoz: `${date}T${hms}.${ms}Z`,
    sp: `${date} ${hms}`,
    spms: `${date} ${hms}.${ms}`,
    spms2: `${date} ${hms}.${ms.slice(0, 2)}`,
    'spms2.': `${date} ${hms}.`,
    spc: `${date} ${hms},${ms}`,
    clf: `${day}/${name}/${year}:${hms} +0000`,
    ngx: `${year}/${month}/${day} ${hms}`,
    slash: `${year}/${month}/${day} ${hms}`,
    us: `${month}/${day}/${year} ${two(at.getUTCHours() % 12 || 12)}:${minutes}:${seconds} ${half}`,
    usd: `${month}-${day}-${year}`,
    usutm: `${year}:${month}:${day}-${hms}`,
    xrdp: `${year}${month}${day}-${hms}`,
    oracle: `${day}-${name.toUpperCase()}-${year} ${hms}`,
    date,
    hms,
    hmsx: hms.replaceAll(':', ''),
    mm: minutes,
    ss: seconds,
    ep: seconds1970,
    epms: `${seconds1970}${ms}`,
    epus: `${seconds1970}${micros}`,
    h: hex(12),
    uuid: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
    n: String(10_000 + random.below(89_999)),
    nn: String(2 + random.below(58)),
    pid: String(1000 + random.below(31_000)),
    p: String(1024 + random.below(63_000)),
  }
}
