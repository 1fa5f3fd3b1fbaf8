import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'

interface SyslogReceiver {
  readonly host: string
  readonly port: number
  readonly protocol: 'udp' | 'tcp' | 'tls'
  /** Certificates to trust instead of the system's, as PEM. */
  readonly ca?: string | undefined
}

/** How long the network has to report a refusal, in ms. */
const refusalMs = 100
/** How long the receiver has to close the connection, in ms. */
const closingMs = 1_000

/** Sends a datagram. UDP has no receipt, so only an immediate refusal by the receiver's host counts as a failure. */
export const sendDatagram = async (message: Buffer, receiver: SyslogReceiver, signal: AbortSignal): Promise<void> => {
  // Prefer IPv4: many receivers listen only there, and a datagram has no fallback.
  const { address, family } = await lookup(receiver.host, { order: 'ipv4first' })
  signal.throwIfAborted()
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  try {
    const failed = once(socket, 'close', { signal })
    socket.connect(receiver.port, address)
    const handed = once(socket, 'connect', { signal })
      .then(
        () =>
          new Promise<void>((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve()))),
      )
      .then(() => wait(refusalMs, undefined, { signal, ref: false }))
    await Promise.race([failed, handed])
  } finally {
    socket.close()
  }
}

/**
 * Sends one octet-counted message (RFC 6587, 3.4.1) over its own connection. A receiver that closes the connection has read the message. If
 * it keeps its side open, delivery to the network counts.
 */
export const sendStream = async (message: Buffer, receiver: SyslogReceiver, signal: AbortSignal): Promise<void> => {
  const frame = Buffer.concat([Buffer.from(`${message.length} `), message])
  const socket = open(receiver, () => socket.resume().end(frame))
  try {
    const closed = finished(socket, { signal })
    await Promise.race([
      closed,
      once(socket, 'finish', { signal }).then(() => wait(closingMs, undefined, { signal, ref: false })),
    ])
  } finally {
    socket.destroy()
  }
}

const open = ({ host, port, protocol, ca }: SyslogReceiver, ready: () => void): Socket =>
  protocol === 'tls'
    ? connectTls({ host, port, ...(ca !== undefined && { ca }) }, ready)
    : connectTcp({ host, port }, ready)
