import type { Evidence } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'
import { flatText } from './flat-text.ts'

const longestLine = 1000

/** As much of an event as evidence needs; an event is one. */
export type Sample = Pick<Event, 'id' | 'time' | 'original'> & { readonly fields?: Event['fields'] | undefined }

/** Makes of an event what may be remembered for long: not the whole of it, and no more of a line than is ever shown. */
export const keepSample = ({ id, time, original, fields }: Sample): Sample => {
  const line = original.length <= longestLine ? original : flatText(original, longestLine)
  const path = fields?.['log.file.path']
  if (fields === undefined || path === undefined) return { id, time, original: line, fields: undefined }
  const place = fields['log.file.line']
  return {
    id,
    time,
    original: line,
    fields: { 'log.file.path': path, ...(place !== undefined && { 'log.file.line': place }) },
  }
}

/** Makes a sample that nobody else has that of another event, without a fresh one; false when it does not fit. */
export const renewSample = (sample: { -readonly [Key in keyof Sample]: Sample[Key] }, event: Sample): boolean => {
  if (event.original.length > longestLine || event.fields?.['log.file.path'] !== undefined) return false
  sample.id = event.id
  sample.time = event.time
  sample.original = event.original
  sample.fields = undefined
  return true
}

/** Turns a sample into evidence, cut to 1,000 characters, with the part it plays. */
export const toEvidence = (sample: Sample, role?: string): Evidence => ({
  event_id: sample.id,
  time: isoTime(sample.time),
  line: sample.original.length > longestLine ? sample.original.slice(0, longestLine) : sample.original,
  ...placeOf(sample),
  ...(role !== undefined && { role }),
})

/** Says where a line stands when it was read from a file: `/var/log/auth.log:1502`. */
const placeOf = ({ fields }: Sample): { origin?: string } => {
  const path = fields?.['log.file.path']
  const line = fields?.['log.file.line']
  if (typeof path !== 'string') return {}
  return { origin: line === undefined ? path : `${path}:${line}` }
}

export const isoTime = (ms: number): string => new Date(ms).toISOString()
