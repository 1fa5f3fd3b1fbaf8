import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { adoptAlert } from '../../../operations/adoption/adopted-alert.ts'
import type { FormerSource } from '../../../operations/adoption/former-source.ts'
import type { AdoptionPart, FormerSystem, LeftOut } from '../../../operations/adoption/former-system.ts'
import { createTotal } from '../../../operations/adoption/table-part.ts'

const text = z.coerce.string().nullish()
const anomaly = z.looseObject({
  timestamp: z.coerce.string(),
  user: text,
  source_ip: text,
  dest_ip: text,
  event_type: text,
  action: text,
  message: text,
  severity: text,
  anomaly_score: z.coerce.number().nullish().catch(null),
  threat_type: text,
})
type FormerAnomaly = z.output<typeof anomaly>

const anomalies = z.array(anomaly)
const report = z.union([anomalies, z.object({ anomalies }).transform((one) => one.anomalies)])

const mostBytes = 64 * 1_048_576
const isReport = (path: string): boolean =>
  /^anomalies_detailed\.json$|_\d{8}_\d{6}\.json$/.test(basename(path)) && !basename(path).startsWith('batch_summary')
const isTable = (path: string): boolean => basename(path) === 'anomalies_detected.csv'

/** The files with anomalies. If the trainer wrote both formats, the table contains nothing more. */
const filesOf = ({ files }: FormerSource): readonly string[] => {
  const reports = files.filter((path) => isReport(path) && (readAnomalies(path)?.length ?? -1) >= 0)
  const tables = files.filter(
    (path) => isTable(path) && !reports.some((other) => dirname(other) === dirname(path)) && readAnomalies(path),
  )
  return [...reports, ...tables]
}

const readAnomalies = (path: string): readonly FormerAnomaly[] | undefined => {
  if (statSync(path).size > mostBytes) return undefined
  try {
    const content = readFileSync(path, 'utf8')
    const rows: unknown = isTable(path) ? parse(content, { columns: true, bom: true }) : JSON.parse(content)
    return report.safeParse(rows).data
  } catch {
    // A file with such a name may be something else.
    return undefined
  }
}

const isModel = (path: string): boolean => /\.(pkl|joblib)$/i.test(path)

/** The log detection service: adoption of the outputs of its trainer and of its batches. */
export const formerLogDetection: FormerSystem = {
  name: 'log-detection',
  title: 'the log detection service',
  recognize: (source) => filesOf(source).map((path) => `the file ${basename(path)}`),
  parts: (source) => filesOf(source).map(filePart),
  async leftOut(source) {
    const found: LeftOut[] = []
    const models = source.files.filter(isModel).length
    if (models > 0 && filesOf(source).length > 0) {
      const why = 'Models are Python pickles. Train again on the same logs: `vedette train --data_path FOLDER`.'
      found.push({ what: 'model files', count: models, why })
    }
    return found
  },
}

/** Takes the anomalies of a file as acknowledged alerts. The same anomaly in several files is one alert. */
const filePart = (path: string): AdoptionPart => {
  const found = () => [...new Map((readAnomalies(path) ?? []).map((one) => [idOf(one), one])).values()]
  return {
    noun: 'alerts',
    from: path,
    count: async () => found().length,
    async adopt({ store, now }) {
      const total = createTotal()
      const all = found()
      for (let start = 0; start < all.length; start += 500) {
        const part = all.slice(start, start + 500)
        await store.transaction(async (tx) => {
          const known = new Set((await store.alerts.load(part.map(idOf), tx)).map(({ id }) => id))
          const fresh = part.filter((one) => !known.has(idOf(one))).map((one) => toAlert(one, now()))
          await store.alerts.save(fresh, tx)
          await store.triageResults.save(
            fresh.map(({ id, triage }) => ({ alertId: id, result: triage })),
            tx,
          )
          total.add({ added: fresh.length, present: part.length - fresh.length })
        })
      }
      return total.sum()
    },
  }
}

const idOf = ({ timestamp, user, source_ip, event_type, action, message }: FormerAnomaly): string =>
  `log-detection-${createHash('sha256')
    .update(JSON.stringify([timestamp, user, source_ip, event_type, action, message]))
    .digest('hex')
    .slice(0, 16)}`

const types: Readonly<Record<string, string>> = {
  brute_force: 'brute_force',
  privilege_escalation: 'unauthorized_access',
  data_exfiltration: 'data_exfiltration',
  lateral_movement: 'unauthorized_access',
}

const scoreSeverity = (score: number): string =>
  score >= 0.95 ? 'critical' : score >= 0.85 ? 'high' : score >= 0.7 ? 'medium' : 'low'

const toAlert = (one: FormerAnomaly, now: number) => {
  const time = Date.parse(
    /[zZ]|[+-]\d\d:?\d\d$/.test(one.timestamp) ? one.timestamp : `${one.timestamp.replace(' ', 'T')}Z`,
  )
  const at = Number.isNaN(time) ? now : time
  const message = one.message ?? one.action ?? one.event_type ?? 'Anomalous event'
  const threat = one.threat_type ?? 'unknown'
  const observed = {
    ...(known(one.source_ip) && { source_ip: one.source_ip }),
    ...(known(one.dest_ip) && { destination_ip: one.dest_ip }),
    ...(known(one.user) && { user_name: one.user }),
  }
  return adoptAlert({
    id: idOf(one),
    source: 'log-detection',
    type: types[threat] ?? 'anomaly',
    severity: one.severity ?? scoreSeverity(one.anomaly_score ?? 0),
    title: `${threat === 'unknown' ? 'Anomalous event' : threat.replaceAll('_', ' ')}: ${message}`.slice(0, 300),
    description: message,
    status: 'triaged',
    receivedAt: at,
    updatedAt: at,
    observed: { ...observed, raw_data: { ...one } },
  })
}

const known = (value: string | null | undefined): value is string =>
  value != null && value !== '' && value !== 'unknown'
