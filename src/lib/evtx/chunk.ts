import { createChunkBudget, EvtxFormatError } from './chunk-budget.ts'
import { createRenderer } from './render.ts'

export const chunkBytes = 65_536
const headerBytes = 512
const chunkMagic = Buffer.from('ElfChnk\0', 'latin1')
const recordMagic = Buffer.from('**\0\0', 'latin1')
/** Magic, size, number and time before the binary XML, and the size again behind it. */
const beforeXml = 24
const behindXml = 4

/** Whether bytes begin a chunk. */
export const isChunk = (bytes: Buffer): boolean => bytes.subarray(0, chunkMagic.length).equals(chunkMagic)

/** Returns the events of a chunk as XML, a line each. Calls `lost` for each event that is corrupt. A chunk that was cut off has its first events. */
export function* readChunk(bytes: Buffer, lost: () => void): Generator<string> {
  const { render } = createRenderer({ bytes, budget: createChunkBudget(), names: new Map() })
  for (const { start, end } of recordsOf(bytes, lost)) {
    try {
      yield render(start, end)
    } catch (error) {
      if (!(error instanceof EvtxFormatError)) throw error
      lost()
    }
  }
}

/**
 * Finds the records of a chunk. Windows updates the header late, so records behind the end that it states count too, if their numbers
 * continue. Other records there are left from an earlier use of the chunk.
 */
function* recordsOf(bytes: Buffer, lost: () => void): Generator<{ readonly start: number; readonly end: number }> {
  if (bytes.length < headerBytes) return
  const flushed = bytes.readUInt32LE(48)
  let previous: bigint | undefined
  let at = headerBytes
  while (at + beforeXml + behindXml <= bytes.length) {
    const size = sizeAt(bytes, at)
    const isFlushed = at < flushed
    if (size === undefined) {
      const next = isFlushed ? bytes.indexOf(recordMagic, at + 1) : -1
      if (isFlushed) lost()
      if (next < 0) return
      at = next
      continue
    }
    const number = bytes.readBigUInt64LE(at + 8)
    if (!isFlushed && previous !== undefined && number !== previous + 1n) return
    yield { start: at + beforeXml, end: at + size - behindXml }
    previous = number
    at += size
  }
}

/** Returns the size of a record, which it has at both ends; undefined if there is none. */
const sizeAt = (bytes: Buffer, at: number): number | undefined => {
  if (!bytes.subarray(at, at + recordMagic.length).equals(recordMagic)) return undefined
  const size = bytes.readUInt32LE(at + 4)
  if (size < beforeXml + behindXml || at + size > bytes.length) return undefined
  return bytes.readUInt32LE(at + size - behindXml) === size ? size : undefined
}
