import { join } from 'node:path'
import { assessAlert } from '../src/pipeline/triage/assess.ts'
import type { Alert } from '../src/schema/alert/alert.ts'
import { openStore } from '../src/store/open-store.ts'

const minute = 60_000
const hosts = Array.from(
  { length: 40 },
  (_, i) => `${['web', 'db', 'mail', 'nas'][i % 4]}-${String(i).padStart(2, '0')}`,
)
const users = ['root', 'dana', 'noor', 'sam', 'backup', 'deploy', 'postgres', 'www-data']
const severities = ['info', 'low', 'low', 'medium', 'medium', 'medium', 'high', 'high', 'critical'] as const
const statuses = ['triaged', 'triaged', 'triaged', 'triaged', 'investigating', 'resolved', 'false_positive'] as const

const kinds = [
  {
    type: 'brute_force',
    service: 'sshd',
    detector: 'sequence',
    technique: 'T1110.001',
    title: (n: number, ip: string) => `${n} failed logins from ${ip}`,
    sentence: (n: number, ip: string, host: string) =>
      `${n} logins from ${ip} failed on ${host} within ten minutes; 0–3 are usual.`,
    line: (i: number, ip: string, user: string) =>
      `sshd[${3000 + i}]: Failed password for ${user} from ${ip} port ${40_000 + i} ssh2`,
    feature: 'failed logins per hour',
    usual: '0–3',
  },
  {
    type: 'anomaly',
    service: 'nginx',
    detector: 'baseline',
    technique: '',
    title: (n: number, _ip: string, host: string) => `${n} server errors an hour on ${host}`,
    sentence: (n: number, _ip: string, host: string) =>
      `nginx on ${host} answered ${n} requests with 5xx this hour; 2–9 are usual at this time.`,
    line: (i: number, ip: string) => `${ip} - - "GET /api/orders/${i} HTTP/1.1" 502 157 "-" "curl/8.4"`,
    feature: 'server errors per hour',
    usual: '2–9',
  },
  {
    type: 'anomaly',
    service: 'postgres',
    detector: 'template',
    technique: '',
    title: (_n: number, _ip: string, host: string) => `New message from postgres on ${host}`,
    sentence: (_n: number, _ip: string, host: string) =>
      `postgres on ${host} wrote a message for the first time in 9,832 hours.`,
    line: (i: number, _ip: string, user: string) =>
      `postgres[${700 + i}]: FATAL: remaining connection slots are reserved for ${user}`,
    feature: 'age of this message',
    usual: 'seen before',
  },
  {
    type: 'policy_violation',
    service: 'sudo',
    detector: 'sigma',
    technique: 'T1548.003',
    title: (_n: number, _ip: string, host: string) => `sudo to root outside working hours on ${host}`,
    sentence: (_n: number, _ip: string, host: string) =>
      `A user became root on ${host} at an hour without root logins in 30 days.`,
    line: (i: number, _ip: string, user: string) =>
      `sudo[${900 + i}]: ${user} : TTY=pts/0 ; PWD=/home/${user} ; USER=root ; COMMAND=/bin/sh`,
    feature: 'time of day',
    usual: '08:00–18:00',
  },
] as const

/** Fills the database of a data folder with alerts before a server starts. */
export const seedAlerts = async (folder: string, count: number, now = Date.now()): Promise<void> => {
  const quiet = (): void => {}
  const store = await openStore(`sqlite:${join(folder, 'vedette.db')}`, {
    now: () => now,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
  const alerts = manyAlerts(count, now)
  for (let start = 0; start < count; start += 2_000) {
    const part = alerts.slice(start, start + 2_000)
    await store.transaction(async (tx) => {
      await store.alerts.save(part, tx)
      await store.triageResults.save(
        part.flatMap(({ id, triage }) => (triage ? [{ alertId: id, result: triage }] : [])),
        tx,
      )
    })
  }
  await store.close()
}

/** Creates alerts like those of detectors and triage, of many kinds, the newest at `now`. Deterministic. */
export const manyAlerts = (count: number, now: number): readonly Alert[] =>
  Array.from({ length: count }, (_, number) =>
    oneAlert(number, now - (count - 1 - number) * Math.min(minute, (30 * 1_440 * minute) / count)),
  )

const pick = <Item>(items: readonly [Item, ...Item[]] | readonly Item[], number: number): Item => {
  const item = items[number % items.length]
  if (item === undefined) throw new Error('Nothing to pick from.')
  return item
}

const oneAlert = (number: number, time: number): Alert => {
  // Neighbours differ in every field, and no two fields repeat in step.
  const roll = (number * 2_654_435_761) % 4_294_967_296
  const kind = pick(kinds, roll % 7)
  const host = pick(hosts, roll % 41)
  const user = pick(users, roll % 11)
  const ip = `203.0.${roll % 113}.${roll % 251}`
  const status = pick(statuses, roll % 13)
  const times = 20 + (roll % 400)
  const score = 0.5 + (roll % 500) / 1_000
  const seen = new Date(time).toISOString()
  const closed = status === 'resolved' || status === 'false_positive'
  const alert: Alert = {
    id: `a${String(number).padStart(7, '0')}`,
    dedup_key: `${kind.detector} ${kind.service} ${host} ${number}`,
    status,
    type: kind.type,
    severity: pick(severities, roll % 17),
    score,
    title: kind.title(times, ip, host),
    sentence: kind.sentence(times, ip, host),
    value: String(times),
    usual: kind.usual,
    detectors: [kind.detector],
    source: pick(['syslog', 'journald', 'files'], roll % 5),
    stream: `syslog/${host}/${kind.service}`,
    entities: [
      { type: 'ip', value: ip },
      { type: 'host', value: host },
      { type: 'user', value: user },
      { type: 'service', value: kind.service },
    ],
    techniques: kind.technique === '' ? [] : [kind.technique],
    contributions: [
      { feature: kind.feature, value: String(times), usual: kind.usual, weight: score - 0.15 },
      { feature: 'time of day', value: seen.slice(11, 16), usual: '08:00–18:00', weight: 0.2 },
      { feature: 'known to this host', value: 'yes', usual: 'yes', weight: -0.05 },
    ],
    evidence: Array.from({ length: 3 + (roll % 6) }, (_, i) => ({
      event_id: `0-${number * 10 + i}`,
      time: new Date(time - (10 - i) * 1_000).toISOString(),
      line: `${seen.slice(0, 19)} ${host} ${kind.line((roll % 9_000) + i, ip, user)}`,
      origin: `auth.log:${number * 10 + i}`,
    })),
    count: 1 + (roll % 5),
    event_count: times,
    detection_ids: [`d${number}`],
    first_seen: new Date(time - 10 * minute).toISOString(),
    last_seen: seen,
    created_at: seen,
    updated_at: seen,
    learning: false,
    incident_id: null,
    assignee: status === 'investigating' || closed ? pick(['noor', 'sam'], roll) : null,
    resolution: status === 'false_positive' ? 'false_positive' : status === 'resolved' ? 'true_positive' : null,
    suppression_id: null,
    triage: null,
    version: 1,
  }
  return { ...alert, triage: assessAlert(alert, time) }
}
