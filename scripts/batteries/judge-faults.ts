import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { createSourceAnalysis } from '../weeks/judge-weeks.ts'
import { readBlocks } from './read-blocks.ts'

const day = 86_400_000
const from = Date.UTC(2026, 10, 1)
const days = 14
/** How many faults to put into one log: more would be the usual there. */
const perLog = 17
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

type Line = readonly [time: number, text: string]

/** Puts the faults into logs of two weeks, 17 into each, and counts those of which an incident shows a line. */
export const judgeFaults = async (seed: number, perDay: number) => {
  const analyze = await createSourceAnalysis()
  const random = createRandom(seed)
  const faults = shuffle(readBlocks('faults.txt'), random)
  const missed: string[] = []
  let [lines, others] = [0, 0]
  for (let at = 0; at < faults.length; at += perLog) {
    const injected = faults.slice(at, at + perLog).map(([title, texts], i, { length }) => {
      const [name = '', count, gap] = title.split(' | ')
      const start = from + (3.2 + (10.5 * (i + 0.5)) / length) * day
      const own = Array.from({ length: Number(count) }, (_, k) =>
        texts.map((text): Line => [start + k * Number(gap) * 1000, fill(text, start, random)]),
      ).flat()
      return { name, own }
    })
    const all = [...ordinary(perDay, random), ...injected.flatMap(({ own }) => own)].toSorted(([a], [b]) => a - b)
    const { incidents } = await analyze(new Map([['syslog', all.map(([time, text]) => `${stamp(time)} srv1 ${text}`)]]))
    const shown = incidents.map(({ evidence }) => evidence.map(({ line }) => line).join('\n'))
    const isOf = (own: readonly Line[], text: string) => own.some(([, line]) => text.includes(line))
    for (const { name, own } of injected) if (!shown.some((text) => isOf(own, text))) missed.push(name)
    others += shown.filter((text) => !injected.some(({ own }) => isOf(own, text))).length
    lines += all.length
  }
  return { found: faults.length - missed.length, all: faults.length, lines, others, missed }
}

const shuffle = <Item>(items: readonly Item[], random: Random): readonly Item[] =>
  items
    .map((item) => [random.next(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item)

const stamp = (time: number): string => {
  const at = new Date(time)
  return `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${at.toISOString().slice(11, 19)}`
}

/** Lines of ordinary daemons, by hours: hourly jobs at night too, people and mail by day. */
const ordinaryTexts: readonly string[] = [
  'CRON[{pid}]: (root) CMD (cd / && run-parts --report /etc/cron.hourly)',
  'sshd[{pid}]: Accepted publickey for {u} from 192.0.2.{nn} port {n} ssh2: ED25519 SHA256:abcd',
  'sshd[{pid}]: pam_unix(sshd:session): session closed for user {u}',
  'systemd-logind[612]: New session {n} of user {u}.',
  'postfix/smtpd[{pid}]: connect from mail.example.net[198.51.100.{nn}]',
  'postfix/qmgr[901]: {h}: removed',
  'postfix/lmtp[{pid}]: {h}: to=<{u}@example.com>, relay=mx[private/dovecot-lmtp], delay=0.{nn}, dsn=2.0.0, status=sent (250 2.0.0 Saved)',
  'dovecot: imap-login: Login: user=<{u}>, method=PLAIN, rip=192.0.2.{nn}, lip=192.0.2.5, mpid={pid}, TLS, session=<{h}>',
  'dhcpd[700]: DHCPACK on 192.0.2.{nn} to 52:54:00:11:22:{nn} via eth0',
  'named[640]: client @0x7f{h} 192.0.2.{nn}#{n} (www.example.org): query: www.example.org IN A + (192.0.2.5)',
  'kernel: [UFW BLOCK] IN=eth0 OUT= SRC=203.0.113.{nn} DST=192.0.2.5 LEN=40 TTL=244 ID={n} PROTO=TCP SPT={n} DPT=23 SYN URGP=0',
  'systemd[1]: apt-daily.service: Succeeded.',
  'systemd[1]: Finished Rotate log files.',
  'chronyd[420]: Selected source 192.0.2.{nn}',
  'puppet-agent[{pid}]: Applied catalog in 12.{nn} seconds',
  'postgres[310]: [{nn}-1] LOG:  checkpoint complete: wrote {n} buffers; 0 WAL file(s) added, 0 removed, 1 recycled',
  'haproxy[77]: 192.0.2.{nn}:{n} [08/Nov/2026:10:11:12.123] in app/app1 0/0/1/{nn}/{nn} 200 {n} - - ---- 3/3/0/0/0 0/0 "GET /api/items HTTP/1.1"',
  'smartd[500]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from 66 to 67',
  'restic[{pid}]: snapshot {h} saved',
  'orders[300]: info: order {n} accepted in {nn} ms',
]

const ordinary = (perDay: number, random: Random): readonly Line[] =>
  Array.from({ length: perDay * days }, (): Line => {
    const time = from + Math.floor(random.next() * days) * day + ((random.next() + random.next()) / 2) * day
    return [time, fill(ordinaryTexts[random.below(ordinaryTexts.length)] ?? '', time, random)]
  })

const people = ['anna', 'ben', 'clara', 'dave', 'eva']

/** Fills in numbers, and the times that some programs write into their messages. */
const fill = (text: string, time: number, random: Random): string => {
  const iso = new Date(time).toISOString()
  const values: Readonly<Record<string, () => string>> = {
    n: () => String(10_000 + random.below(55_000)),
    nn: () => String(10 + random.below(50)),
    p: () => String(1024 + random.below(60_000)),
    pid: () => String(500 + random.below(31_000)),
    h: () => random.next().toString(16).slice(2, 12),
    u: () => people[random.below(people.length)] ?? '',
  }
  return text
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name]?.() ?? whole)
    .replaceAll('2026-11-08T03:11:12', iso.slice(0, 19))
    .replaceAll('2026-11-08 03:11:12', iso.slice(0, 19).replace('T', ' '))
    .replaceAll('2026/11/08 03:11:12', iso.slice(0, 19).replace('T', ' ').replaceAll('-', '/'))
    .replaceAll('1108 03:11:12', `${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 19)}`)
}
