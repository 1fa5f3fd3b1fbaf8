import type { Detection } from '../schema/detection/detection.ts'
import { severityRank } from '../schema/severity.ts'

/**
 * Drops versions of detections that later versions replace. An earlier version that was more severe stays, because its alert keeps the
 * severity and the score.
 */
export const newestOf = (detections: readonly Detection[]): readonly Detection[] => {
  const kept = new Map<string, Detection[]>()
  return detections
    .toReversed()
    .filter((detection) => {
      const later = kept.get(detection.id)
      if (!later) return kept.set(detection.id, [detection])
      if (later.some((version) => replaces(version, detection))) return false
      return later.push(detection)
    })
    .reverse()
}

const replaces = (a: Detection, b: Detection): boolean =>
  severityRank(a.severity) >= severityRank(b.severity) &&
  a.score >= b.score &&
  Date.parse(a.last_seen) >= Date.parse(b.last_seen) &&
  a.event_count >= b.event_count
