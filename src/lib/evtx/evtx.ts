import { createStreamReader } from '../bytes/stream-reader.ts'
import { chunkBytes, isChunk, readChunk } from './chunk.ts'
import { EvtxFormatError } from './chunk-budget.ts'

/** The first bytes of an event log. */
export const evtxMagic = 'ElfFile\0'
const headerFields = 128
/** Windows makes a log larger before it needs the space. */
const unused = Buffer.alloc(chunkBytes)
/** A log that is full is written from its beginning again. So many chunks are held until those with older events were read: 128 MiB. */
const mostHeld = 2_048

/** The parts of a log that could not be read. */
export interface EvtxDamage {
  /** Blocks of 64 KiB that are no chunk. */
  chunks: number
  events: number
  /** Whether the log ends within a chunk. */
  isCutOff: boolean
}

/**
 * Reads a Windows event log (EVTX): yields each event as the XML that the Event Viewer shows, on one line, oldest chunk first. Returns what
 * could not be read. Throws EvtxFormatError if the bytes do not begin an event log. Memory is bounded by the text of a chunk, and in a log
 * that was overwritten from its beginning also by its newest part, or 128 MiB.
 */
export async function* readEvtx(input: AsyncIterable<Uint8Array>): AsyncGenerator<string, EvtxDamage> {
  const damage: EvtxDamage = { chunks: 0, events: 0, isCutOff: false }
  const bytes = createStreamReader(input)
  const header = await bytes.read(headerFields)
  if (header.length < headerFields || header.toString('latin1', 0, evtxMagic.length) !== evtxMagic) {
    throw new EvtxFormatError('The data is no Windows event log.')
  }
  const oldest = header.readBigUInt64LE(8)
  await bytes.read(Math.max(0, header.readUInt16LE(40) - headerFields))

  function* eventsOf(block: Buffer): Generator<string> {
    if (isChunk(block)) {
      yield* readChunk(block, () => {
        damage.events += 1
      })
    } else if (!block.equals(unused.subarray(0, block.length))) damage.chunks += 1
  }
  const newer: Buffer[] = []
  const isOverwritten = oldest > 0n && oldest <= mostHeld
  for (let number = 0n; ; number++) {
    const block = await bytes.read(chunkBytes)
    if (block.length === 0) break
    if (isOverwritten && number < oldest) newer.push(Buffer.from(block))
    else yield* eventsOf(block)
    damage.isCutOff = block.length < chunkBytes
  }
  for (const block of newer) yield* eventsOf(block)
  return damage
}
