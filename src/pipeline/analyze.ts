import type { Alert } from '../schema/alert/alert.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { Detection } from '../schema/detection/detection.ts'
import type { Event } from '../schema/event/event.ts'
import type { Incident } from '../schema/incident/incident.ts'
import type { RawRecord, RecordBatch } from '../schema/record/record.ts'
import type { MissingRulePack } from '../schema/rule/rule-pack.ts'
import { severityRank } from '../schema/severity.ts'
import { createHistogram } from './histogram.ts'
import { toBatches } from './ingest/record-batches.ts'

const slices = 48
const maxDetections = 10_000
const maxShapes = 5

/** How many records of a source had a given format, as counted by the normalizer. */
interface ParseCount {
  readonly source: string
  readonly format: string
  readonly parsed: boolean
  readonly count: number
  readonly sample: string
}

/** The pipeline's stages as functions in memory, created for one analysis. */
export interface AnalysisStages {
  normalize(batch: RecordBatch): readonly Event[]
  takeCounts(): readonly ParseCount[]
  mine(events: readonly Event[]): readonly Event[]
  enrich(events: readonly Event[]): readonly Event[]
  detect(events: readonly Event[]): Promise<readonly Detection[]>
  /** Merges detections into the alerts so far. Returns new and changed alerts. */
  merge(open: readonly Alert[], detections: readonly Detection[]): readonly Alert[]
  assess(alert: Alert): Alert
  correlate(alerts: readonly Alert[]): readonly Incident[]
  templates(): number
  /** Sets of rules that would cover events of a source, which no active rule is about. */
  missingPacks(source: string): Promise<readonly MissingRulePack[]>
}

/** Runs records through the whole pipeline without storing anything. Memory grows with findings and templates, not with records. */
export const analyzeRecords = async (
  batches: AsyncIterable<readonly RawRecord[]>,
  pipeline: AnalysisStages,
): Promise<Analysis> => {
  const seen = createHistogram()
  const found = createHistogram()
  const detections = new Map<string, Detection>()
  const alerts = new Map<string, Alert>()
  const formats = new Map<string, Map<string, ParseCount>>()
  let records = 0
  let dated = false

  const detectIn = async (events: readonly Event[]) => {
    const fresh = await pipeline.detect(events)
    for (const detection of fresh) {
      if (detections.has(detection.id) || detections.size < maxDetections) detections.set(detection.id, detection)
    }
    for (const alert of pipeline.merge([...alerts.values()], fresh)) alerts.set(alert.id, alert)
  }

  for await (const batch of batches) {
    for (const part of toBatches(batch)) {
      const events = pipeline.enrich(pipeline.mine(pipeline.normalize({ ...part, partition: 0, first: records })))
      for (const event of events) seen.add(event.time)
      dated ||= events.some(({ time, receivedAt }) => time !== receivedAt)
      records += events.length
      await detectIn(events)
    }
    for (const count of pipeline.takeCounts()) addCount(formats, count)
  }
  await detectIn([])

  const assessed = [...alerts.values()].map(pipeline.assess)
  const incidents = pipeline.correlate(assessed)
  const membership = new Map(
    incidents.flatMap(({ id, members }) => members.map(({ alert_id }) => [alert_id, id] as const)),
  )
  for (const { first_seen } of detections.values()) found.add(Date.parse(first_seen))
  const { from, to } = seen
  const span = from === undefined || to === undefined ? undefined : ([from, to] as const)
  const sources = await Promise.all(
    [...formats].map(async ([source, counts]) => ({
      ...toSourceHealth(source, [...counts.values()]),
      missing_packs: [...(await pipeline.missingPacks(source))],
    })),
  )

  return {
    records,
    parsed: sources.reduce((sum, { parsed }) => sum + parsed, 0),
    from: span ? new Date(span[0]).toISOString() : null,
    to: span ? new Date(span[1]).toISOString() : null,
    ...(records > 0 && !dated && { undated: true as const }),
    sources,
    templates: pipeline.templates(),
    histogram: {
      records: span ? seen.slices(...span, slices) : [],
      detections: span ? found.slices(...span, slices) : [],
      slice_seconds: span ? (span[1] - span[0]) / slices / 1000 : 0,
    },
    learning: [
      ...new Set([...detections.values()].filter(({ learning }) => learning).map(({ stream }) => stream)),
    ].sort(),
    detections: [...detections.values()],
    alerts: assessed.map((alert) => ({ ...alert, incident_id: membership.get(alert.id) ?? null })),
    incidents: [...incidents].sort(
      (a, b) =>
        severityRank(b.severity) - severityRank(a.severity) ||
        b.risk_score - a.risk_score ||
        b.event_count - a.event_count,
    ),
  }
}

const addCount = (formats: Map<string, Map<string, ParseCount>>, count: ParseCount) => {
  const counts = formats.get(count.source) ?? new Map<string, ParseCount>()
  formats.set(count.source, counts)
  const key = `${count.parsed}${count.format}`
  const known = counts.get(key)
  counts.set(key, known ? { ...known, count: known.count + count.count } : count)
}

const toSourceHealth = (
  source: string,
  counts: readonly ParseCount[],
): Omit<Analysis['sources'][number], 'missing_packs'> => {
  const sum = (some: readonly ParseCount[]) => some.reduce((total, { count }) => total + count, 0)
  const byCount = [...counts].sort((a, b) => b.count - a.count)
  const parsedCounts = byCount.filter(({ parsed }) => parsed)
  const records = sum(counts)
  const main = parsedCounts[0] ?? byCount[0]
  return {
    source,
    records,
    parsed: sum(parsedCounts),
    format: main?.format ?? 'none',
    format_share: records === 0 ? 0 : (main?.count ?? 0) / records,
    unparsed: byCount
      .filter(({ parsed }) => !parsed)
      .slice(0, maxShapes)
      .map(({ format, count, sample }) => ({ shape: format, count, sample })),
  }
}
