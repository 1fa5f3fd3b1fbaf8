import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

interface LogBounds {
  readonly most?: number
  readonly mostBytes?: number
}

export interface SessionLog extends EventStore {
  /** The last message with a listener: the next listener gets the messages after it. */
  readonly heard: string
  readonly listening: boolean
  /** Whether a message was a notification and not an answer. */
  isOwn(id: string): boolean
  /** A listener gets all new messages until it disconnects. */
  listen(left: Promise<void>): void
}

interface Said {
  readonly number: number
  readonly stream: string
  readonly message: JSONRPCMessage
  readonly bytes: number
}

/** The SDK's name for the stream of notifications. */
const ownStream = '_GET_stream'
const idShape = /^(.+)\.(\d{1,15})$/

/**
 * Stores the newest notifications of a session, for clients whose stream was not open yet, and for those that reconnect with the ID of
 * their last message (`Last-Event-ID`). The oldest are dropped first.
 */
export const createSessionLog = ({ most = 200, mostBytes = 262_144 }: LogBounds = {}): SessionLog => {
  const kept: Said[] = []
  let count = 0
  let bytes = 0
  let heard = 0
  let listeners = 0

  return {
    get heard() {
      return `${ownStream}.${heard}`
    },
    get listening() {
      return listeners > 0
    },
    isOwn: (id) => idShape.exec(id)?.[1] === ownStream,
    listen(left) {
      heard = count
      listeners += 1
      void left.then(() => {
        listeners -= 1
      })
    },
    async storeEvent(stream, message) {
      count += 1
      if (listeners > 0) heard = count
      const said = { number: count, stream, message, bytes: JSON.stringify(message).length }
      kept.push(said)
      bytes += said.bytes
      while (kept.length > most || bytes > mostBytes) bytes -= kept.shift()?.bytes ?? 0
      return `${stream}.${count}`
    },
    getStreamIdForEventId: async (id) => idShape.exec(id)?.[1],
    async replayEventsAfter(id, { send }) {
      const [, stream = ownStream, after] = idShape.exec(id) ?? []
      for (const said of [...kept]) {
        // The first event of a stream is empty; it only makes the stream resumable.
        if (said.stream !== stream || said.number <= Number(after) || !('jsonrpc' in said.message)) continue
        await send(`${stream}.${said.number}`, said.message)
      }
      return stream
    },
  }
}
