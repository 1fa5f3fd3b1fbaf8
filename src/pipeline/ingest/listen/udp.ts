import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'

import type { CountDropped } from './dropped.ts'
import { type IsAllowed, peerAddress } from './senders.ts'

interface UdpOptions {
  readonly host: string
  readonly port: number
  readonly isAllowed: IsAllowed
  readonly dropped: CountDropped
  readonly receive: (datagram: Buffer, peer: string) => void
}

/** The system grants at most net.core.rmem_max. */
const receiveBuffer = 8 * 1_048_576

/** Receives datagrams until the signal aborts. Throws if the port cannot be used. */
export const listenUdp = async (
  { host, port, isAllowed, dropped, receive }: UdpOptions,
  signal: AbortSignal,
): Promise<void> => {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBuffer })
  let lostBefore = 0
  const countLost = async () => {
    const lost = await lostBySystem(port)
    dropped('udp_receive_buffer', lost - lostBefore)
    lostBefore = Math.max(lost, lostBefore)
  }
  socket.on('message', (datagram, { address }) => {
    const peer = peerAddress(address)
    if (isAllowed(peer)) receive(datagram, peer)
    else dropped('sender_not_allowed', 1)
  })
  const ended = once(socket, 'close', { signal })
  // Errors reach `once`, which waits for them from here on.
  socket.bind(port, host)
  const polling = setInterval(() => void countLost(), 10_000)
  try {
    await ended
  } catch (error) {
    if (!signal.aborted) throw error
    await countLost()
  } finally {
    clearInterval(polling)
    socket.close()
  }
}

/** Returns how many datagrams Linux dropped at a port because nobody read them in time; 0 on other systems. */
const lostBySystem = async (port: number): Promise<number> => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = await Promise.all(
    ['/proc/net/udp', '/proc/net/udp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  )
  return tables
    .flatMap((table) => table.split('\n'))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, address]) => address?.endsWith(local))
    .reduce((sum, columns) => sum + (Number(columns.at(-1)) || 0), 0)
}
