import type { z } from 'zod'
import type { Present } from '../../api/rest/route.ts'
import { toTriageVerdict } from '../../schema/alert/triage-formats.ts'
import { enrichAlert } from './enrich-alert.ts'
import { judgeAlert } from './judge-alert.ts'
import { queryIntel } from './query-intel.ts'

/** Presents the context of an alert; omits what the alert does not name. */
export const presentEnrichment: Present = (answer) => {
  const found = Object.entries(enrichAlert.output.parse(answer))
  return { success: true, data: Object.fromEntries(found.filter(([, value]) => value !== null)) }
}

type Known = z.output<typeof queryIntel.output>['data'][number]

/** Presents a lookup: the share of sources that report it as malicious, and the aggregated score. */
export const presentIntel: Present = (answer) => {
  const { data } = queryIntel.output.parse(answer)
  const queried = [...new Set(data.flatMap(({ asked }) => asked))].sort()
  const found = [...new Set(data.flatMap(({ reported_by }) => reported_by))].sort()
  const score = Math.max(0, ...data.map((one) => one.score))
  return {
    success: true,
    data: {
      sources_queried: queried.length,
      sources_found: found.length,
      threat_score: queried.length === 0 ? 0 : Math.round((100 * found.length) / queried.length),
      indicators: data.flatMap(indicatorsOf),
      aggregate_score: score,
      threat_level: levelOf(score),
      detected_by_count: found.length,
      total_sources: queried.length,
      queried_sources: queried,
      detections: found,
      tags: [...new Set(data.flatMap(({ indicator }) => indicator.tags))],
      confidence: Math.max(0, ...data.map(({ indicator }) => indicator.confidence)),
    },
  }
}

const indicatorsOf = ({ value, type, reported_by, indicator }: Known) =>
  reported_by.flatMap((source) => {
    const report = indicator.reports[source]
    return report ? [{ source, ioc_value: value, ioc_type: type, ...report }] : []
  })

const levelOf = (score: number): string =>
  score >= 70 ? 'critical' : score >= 50 ? 'high' : score >= 30 ? 'medium' : score >= 10 ? 'low' : 'safe'

/** Presents a verdict as the triage agent did. */
export const presentVerdict: Present = (answer) => {
  const { alert, triage, seconds } = judgeAlert.output.parse(answer)
  return { success: true, data: toTriageVerdict(alert, triage, seconds) }
}
