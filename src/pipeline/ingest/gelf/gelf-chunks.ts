/** Joins the chunks of GELF messages. */
export interface ChunkJoiner {
  /** Returns the whole message if this datagram completes it. Undefined if chunks are missing. */
  push(datagram: Buffer, peer: string): Buffer | undefined
  /** How many messages were given up since the last call, because a chunk did not arrive in time or there was no room. */
  takeIncomplete(): number
}

interface Incomplete {
  readonly chunks: (Buffer | undefined)[]
  readonly since: number
  missing: number
  bytes: number
}

/** The limits of the protocol. */
const mostChunks = 128
const patienceMs = 5_000
/** The limits of memory. */
const mostIncomplete = 1_000
const mostBytes = 16 * 1_048_576
/** The magic bytes, the id of the message, and the number of the chunk and of all chunks. */
const headerBytes = 12

/** Creates a joiner with bounded memory. */
export const createChunkJoiner = (now: () => number): ChunkJoiner => {
  const incomplete = new Map<string, Incomplete>()
  let bytes = 0
  let given = 0
  const remove = (id: string, message: Incomplete) => {
    incomplete.delete(id)
    bytes -= message.bytes
  }
  const giveUp = () => {
    for (const [id, message] of incomplete) {
      const isCrowded = incomplete.size > mostIncomplete || bytes > mostBytes
      if (!isCrowded && now() - message.since < patienceMs) return
      remove(id, message)
      given += 1
    }
  }
  return {
    push(datagram, peer) {
      giveUp()
      if (datagram[0] !== 0x1e || datagram[1] !== 0x0f) return datagram
      const [index = 0, count = 0] = datagram.subarray(10, headerBytes)
      if (datagram.length <= headerBytes || count === 0 || count > mostChunks || index >= count) {
        given += 1
        return undefined
      }
      const id = `${peer} ${datagram.toString('hex', 2, 10)} ${count}`
      const known = incomplete.get(id)
      const message = known ?? { chunks: new Array(count), since: now(), missing: count, bytes: 0 }
      if (!known) incomplete.set(id, message)
      if (message.chunks[index] !== undefined) return undefined
      const chunk = datagram.subarray(headerBytes)
      message.chunks[index] = chunk
      message.missing -= 1
      message.bytes += chunk.length
      bytes += chunk.length
      if (message.missing > 0) return undefined
      remove(id, message)
      return Buffer.concat(message.chunks.flatMap((part) => part ?? []))
    },
    takeIncomplete() {
      const taken = given
      given = 0
      return taken
    },
  }
}
