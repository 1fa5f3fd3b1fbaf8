import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Log } from '../../../component.ts'
import { minute } from '../../../lib/units/time.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import type { CountDropped } from './dropped.ts'
import type { Inbox } from './inbox.ts'
import { type IsAllowed, peerAddress } from './senders.ts'

/** Splits the bytes of one connection into the texts of its records. */
export interface ConnectionReader {
  push(bytes: Buffer): readonly string[]
  /** Returns records that may continue, after a time without bytes; after a long one, also the beginning of a document. */
  settle(isSilent: boolean): readonly string[]
  /** Returns everything left at the end of the connection. */
  flush(): readonly string[]
}

/** The certificate of a listener. Without `clientCa` it asks senders for none. */
export interface ListenerTls {
  readonly cert: string
  readonly key: string
  readonly clientCa?: string | undefined
}

interface TcpOptions {
  readonly source: string
  readonly host: string
  readonly port: number
  readonly tls?: ListenerTls
  readonly isAllowed: IsAllowed
  readonly dropped: CountDropped
  readonly inbox: Inbox
  readonly open: () => ConnectionReader
  readonly toRecord: (text: string, peer: string) => RawRecord
  readonly log: Log
}

const maxConnections = 500
/** Silence after which a record that may continue is taken as complete. */
const quietMs = 500
/** Silence after which that is taken for a document, too. */
const silentMs = 30_000
/** Silence after which the system checks whether the peer is still there. */
const keepAliveMs = 5 * minute

/** Receives connections until the signal aborts. Stops reading them while the inbox is full. Throws if the port cannot be used. */
export const listenTcp = async (options: TcpOptions, signal: AbortSignal): Promise<void> => {
  const { source, host, port, tls, isAllowed, dropped, log } = options
  const sockets = new Map<Socket, () => void>()
  const attend = (socket: Socket) => {
    const peer = peerAddress(socket.remoteAddress)
    const close = readConnection(socket, peer, options)
    sockets.set(socket, close)
    socket.once('close', () => sockets.delete(socket))
  }
  const refuse = (socket: Socket): boolean => {
    const reason = !isAllowed(peerAddress(socket.remoteAddress))
      ? 'sender_not_allowed'
      : sockets.size >= maxConnections
        ? 'too_many_connections'
        : undefined
    if (reason === undefined) return false
    dropped(reason, 1)
    socket.destroy()
    return true
  }
  const server = tls ? openTls(tls) : createServer()
  // A refused sender gets no handshake.
  server.prependListener('connection', refuse)
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (!socket.destroyed) attend(socket)
  })
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    log.warn({ source, peer: peerAddress(socket.remoteAddress), reason: error.message }, 'A TLS handshake failed.')
  })
  const ended = once(server, 'close', { signal })
  server.listen(port, host)
  try {
    await ended
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    server.close()
    for (const [socket, close] of sockets) {
      close()
      socket.destroy()
    }
  }
}

const openTls = ({ cert, key, clientCa }: ListenerTls): Server =>
  createTlsServer({
    cert,
    key,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  })

/** Reads a connection until it ends. Returns a function that hands out everything received so far. */
const readConnection = (
  socket: Socket,
  peer: string,
  { source, inbox, open, toRecord, log }: TcpOptions,
): (() => void) => {
  const reader = open()
  let quiet: NodeJS.Timeout | undefined
  let isOver = false
  const give = (texts: readonly string[]) => {
    if (texts.length > 0) inbox.add(texts.map((text) => toRecord(text, peer)))
    if (!inbox.full || isOver) return
    socket.pause()
    void inbox.drained().then(() => socket.resume())
  }
  const finish = () => {
    if (isOver) return
    isOver = true
    clearTimeout(quiet)
    give(reader.flush())
  }
  socket.setKeepAlive(true, keepAliveMs)
  socket.on('data', (bytes: Buffer) => {
    clearTimeout(quiet)
    quiet = setTimeout(() => {
      give(reader.settle(false))
      quiet = setTimeout(() => give(reader.settle(true)), silentMs)
    }, quietMs)
    give(reader.push(bytes))
  })
  socket.on('error', (error) => log.debug({ source, peer, reason: error.message }, 'Connection lost.'))
  socket.on('close', finish)
  return finish
}
