import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { EventSample } from '../shared/evidence.ts'

const longestKept = 500

/** Writes a line of evidence. Its fields are written at the end of the state. */
export const writeKeptLine = (writer: Writer, { id, time, original, fields }: EventSample): void => {
  const path = fields?.['log.file.path']
  const line = fields?.['log.file.line']
  writer
    .text(id)
    .f64(time)
    .text(original.slice(0, longestKept))
    .text(typeof path === 'string' ? path : '')
    .varint(typeof line === 'number' ? line : 0)
}

/** Reads a line that `writeKeptLine` wrote. */
export const readKeptLine = (reader: Reader): EventSample => {
  const [id, time, original] = [reader.text(), reader.f64(), reader.text()]
  const [path, line] = [reader.text(), reader.varint()]
  return { id, time, original, ...(path !== '' && { fields: { 'log.file.path': path, 'log.file.line': line } }) }
}
