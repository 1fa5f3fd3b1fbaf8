import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'

/** How a stream receiver treats a connection. */
export type Manner = 'reads' | 'resets' | 'talks' | 'never closes'

/** Opens a datagram receiver on loopback. */
export const openUdp = async () => {
  const received: Buffer[] = []
  const socket = createSocket('udp4').on('message', (message) => received.push(message))
  await once(socket.bind(0, '127.0.0.1'), 'listening')
  return { port: socket.address().port, received, close: async () => void (await once(socket.close(), 'close')) }
}

/** Opens a stream receiver on loopback. `close` resolves when the senders have closed every connection. */
export const openStream = async (manner: Manner = 'reads', tls?: { readonly key: string; readonly cert: string }) => {
  const received: Buffer[] = []
  const sockets: Socket[] = []
  const take = (socket: Socket) => {
    sockets.push(socket)
    // A client that disappears is not the receiver's failure.
    socket.on('error', () => socket.destroy())
    socket.on('data', (part: Buffer) => received.push(part))
    if (manner === 'resets') socket.resetAndDestroy()
    if (manner === 'talks') socket.end('what?\n')
  }
  const server: Server = tls ? createTls(tls, take) : createTcp({ allowHalfOpen: manner === 'never closes' }, take)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    received,
    close: async () => {
      server.close()
      // A half-open connection learns only by writing, with a delay, whether the sender is gone.
      const asking = setInterval(() => manner === 'never closes' && sockets.map((socket) => socket.write('?')), 10)
      await once(server, 'close')
      clearInterval(asking)
    },
  }
}
