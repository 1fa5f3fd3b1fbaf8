import type { Detection } from '../../../schema/detection/detection.ts'
import { createNormalizer } from '../../normalize/normalize.ts'
import { sequenceDetector } from './sequence.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** A request of a client, at a time in ms after the beginning of a log. */
export interface LoggedRequest {
  readonly at: number
  readonly address: string
  readonly status: number
  readonly method?: string
  readonly path?: string
  readonly size?: number
}

/** The beginning of the logs that `toLine` writes. */
export const begin = Date.parse('2026-11-20T00:00:00Z')

/** Writes a request as a line of an access log. */
export const toLine = ({ at, address, status, method = 'GET', path = '/', size = 4000 }: LoggedRequest): string => {
  const time = new Date(begin + at).toISOString()
  return `${address} - - [${time.slice(8, 10)}/Nov/2026:${time.slice(11, 19)} +0000] "${method} ${path} HTTP/1.1" ${status} ${size} "-" "x"`
}

/** Returns what the detector finds in lines of an access log, each finding once, as it was reported last. */
export const detectInLines = (texts: readonly string[], now: number): Detection[] => {
  const component = sequenceDetector()
  const signal = new AbortController().signal
  const detector = component.create(component.options.parse({}), { now: () => now, fetch, log, signal })
  const events = createNormalizer().normalize({ partition: 0, first: 0, source: 'web', receivedAt: now, texts })
  const found = [...detector.detect(events), ...detector.detect([])]
  return [...new Map(found.map((one) => [one.id, one])).values()]
}
