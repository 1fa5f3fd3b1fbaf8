import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { recordsOfText } from '../../pipeline/ingest/join/join-records.ts'
import type { Detection } from '../../schema/detection/detection.ts'
import { defineWorkerOperation } from '../operation.ts'
import { chunkTexts, hashTexts } from '../records/record-chunk.ts'
import { analyzeLogs, tooManyRecords } from './analyze-logs.ts'
import { entryFormats, readEntries } from './log-entries.ts'
import { scoreEntries } from './score-entries.ts'

/** A page shows about ten; one call needs no more pages than this. */
const mostAnomalies = 200
const mostRecordChars = 1_048_576
const mostEvidence = 3

const evidence = z.object({ event_id: z.string(), line: z.string() })

/** Analyses a text with logs for AI tools: with the loaded model, or without one by everything that needs no training. */
export const analyzeLogText = defineWorkerOperation({
  name: 'analyze_log_text',
  summary: 'Analyses log text with the loaded model, if there is one. Stores nothing.',
  role: 'viewer',
  input: z.strictObject({
    text: z.string().min(1),
    format: z.enum(entryFormats),
    skip: z.int().min(0).default(0).describe('The number of anomalies on earlier pages.'),
  }),
  output: z.object({
    total_events: z.number(),
    anomalies_detected: z.number(),
    anomaly_rate: z.number(),
    /** Null without a model. */
    threshold: z.number().nullable(),
    skipped_events: z.number().optional(),
    /** Those after the skipped ones, at most 200. */
    anomalies: z.array(z.looseObject({ message: z.string().optional(), evidence: z.array(evidence).optional() })),
  }),
  async run({ text, format, skip }, deps) {
    const model = deps.logModel()
    if (model && format !== 'text') {
      const entries = readEntries(text, format)
      if (entries.length > deps.maxRecords) throw tooManyRecords(deps.maxRecords)
      const { status: _, processing_time_ms: took, anomalies, ...found } = scoreEntries(model, entries)
      deps.analyzed(found.anomalies_detected, took / 1_000)
      return { ...found, anomalies: anomalies.slice(skip, skip + mostAnomalies) }
    }
    const records = inChunks(recordsOfText(text))
    const { records: total, detections } = await analyzeLogs.run({ records, source: 'http' }, deps)
    return {
      total_events: total,
      anomalies_detected: detections.length,
      anomaly_rate: total === 0 ? 0 : detections.length / total,
      threshold: null,
      anomalies: detections.slice(skip, skip + mostAnomalies).map(brief),
    }
  },
})

const brief = ({ title, sentence, severity, score, type, evidence: lines }: Detection) => ({
  title,
  sentence,
  severity,
  anomaly_score: score,
  threat_type: type,
  evidence: lines.slice(0, mostEvidence).map(({ event_id, line }) => ({ event_id, line })),
})

async function* inChunks(records: readonly string[]) {
  const long = records.findIndex((record) => record.length > mostRecordChars)
  if (long >= 0) {
    throw new AppError(
      'TOO_LARGE',
      `Record ${long + 1} has ${records[long]?.length} characters; the limit is ${mostRecordChars}.`,
      { hint: 'Send one event per line.' },
    )
  }
  for (const texts of chunkTexts(records)) yield { texts, hash: () => hashTexts(texts) }
}
