import { z } from 'zod'
import { invalidInput } from '../../api/problem.ts'
import { presentIn } from '../../api/rest/envelope.ts'
import { readJson } from '../../api/rest/json.ts'
import type { Present, Route } from '../../api/rest/route.ts'
import { findSimilarAlerts } from '../../operations/alerts/find-similar-alerts.ts'
import { alertTypes } from '../../schema/detection/detection.ts'

const text = z.string().max(2_000).nullish()

const body = z.looseObject({
  query_text: text,
  alert_data: z
    .looseObject({
      alert_type: z.enum(alertTypes).optional().catch(undefined),
      title: text,
      description: text,
      source: text,
      source_ip: text,
      target_ip: text,
      asset_id: text,
      user_id: text,
      file_hash: text,
      url: text,
    })
    .nullish(),
  top_k: z.unknown().optional(),
  min_similarity: z.unknown().optional(),
})

const named = [
  ['source_ip', 'ip'],
  ['target_ip', 'ip'],
  ['asset_id', 'asset'],
  ['user_id', 'user'],
  ['file_hash', 'hash'],
  ['url', 'url'],
] as const

/** Reads a search for alerts similar to a text or to another alert. */
export const readSimilarQuery: NonNullable<Route['read']> = async ({ raw }) => {
  const sent = body.safeParse(await readJson(raw))
  if (!sent.success) throw invalidInput(sent.error)
  const { query_text, alert_data, top_k, min_similarity } = sent.data
  const title = query_text ?? alert_data?.title ?? alert_data?.description ?? ''
  const entities = named.flatMap(([name, type]) => {
    const value = alert_data?.[name]
    return value == null || value === '' ? [] : [{ type, value }]
  })
  return {
    ...((title !== '' || entities.length > 0) && {
      alert: {
        title,
        entities,
        ...(alert_data?.alert_type && { type: alert_data.alert_type }),
        ...(alert_data?.source != null && { source: alert_data.source }),
      },
    }),
    ...(top_k != null && { top_k }),
    ...(min_similarity != null && { min_similarity }),
  }
}

/** Presents similar alerts. */
export const presentSimilar: Present = (answer, request, reply) => {
  const { data } = findSimilarAlerts.output.parse(answer)
  const found = {
    results: data.map(({ similarity, matched, alert }) => ({
      alert_id: alert.observed?.external_id ?? alert.id,
      similarity_score: similarity,
      alert_data: {
        ...alert.observed?.raw_data,
        alert_type: alert.type,
        severity: alert.severity,
        title: alert.title,
        description: alert.sentence,
      },
      matched_fields: matched,
      risk_level: alert.triage?.risk_level ?? null,
      triage_result: alert.triage,
      created_at: alert.created_at,
    })),
    total_results: data.length,
    search_time_ms: Math.round(reply.elapsedTime),
  }
  // The documentation of the service has no envelope, its code has one.
  return { ...z.looseObject({}).parse(presentIn('')(found, request, reply)), ...found }
}
