import { day } from '../../lib/units/time.ts'
import { type Detection, isAboutFewer } from '../../schema/detection/detection.ts'
import { type Severity, severityRank } from '../../schema/severity.ts'
import type { AnomalyGrade } from '../../store/alerts/detections.ts'

/** The period of the anomalies that a new one is compared with. */
export const rankedSpan = 14 * day
/** Fewer anomalies are no scale. */
const leastRanked = 20

/**
 * Creates a function that returns the percentage of anomalies that are less severe, or equally severe with a lower score; null if there are
 * too few to compare. O(grades) each.
 */
export const createRanks = (grades: readonly AnomalyGrade[]): ((one: Graded) => number | null) => {
  const all = grades.reduce((sum, { count }) => sum + count, 0)
  return (one) => {
    if (all < leastRanked) return null
    const below = grades.filter((grade) => compareGrades(grade, one) < 0).reduce((sum, { count }) => sum + count, 0)
    return Math.floor((below / all) * 1_000) / 10
  }
}

interface Graded {
  readonly severity: Severity
  /** 0–1. */
  readonly score: number
}

/** Orders by severity, then score, mildest first. Scores count to the hundredth, as they are stored. */
const compareGrades = (a: Graded, b: Graded): number =>
  severityRank(a.severity) - severityRank(b.severity) || Math.round(100 * a.score) - Math.round(100 * b.score)

/**
 * Returns the most anomalous detections, each cause once: repeats of a key, and the silences of a source, its hosts and its programs
 * at the same time, which several detectors report.
 */
export const pickMostAnomalous = (detections: readonly Detection[], most: number): Detection[] => {
  const picked: Detection[] = []
  for (const one of detections.toSorted((a, b) => compareGrades(b, a) || compareStreams(a, b))) {
    if (picked.length >= most) break
    if (!picked.some((other) => other.dedup_key === one.dedup_key || isSameSilence(one, other))) picked.push(one)
  }
  return picked
}

/** Orders whole sources before their hosts and programs, then the latest first. */
const compareStreams = (a: Detection, b: Detection): number =>
  a.stream.length - b.stream.length || Date.parse(b.last_seen) - Date.parse(a.last_seen) || (a.id < b.id ? -1 : 1)

const isSameSilence = (a: Detection, b: Detection): boolean =>
  isAboutFewer(a) &&
  isAboutFewer(b) &&
  (isWithin(a.stream, b.stream) || isWithin(b.stream, a.stream)) &&
  a.first_seen <= b.last_seen &&
  b.first_seen <= a.last_seen

const isWithin = (stream: string, other: string): boolean => stream === other || stream.startsWith(`${other}/`)
