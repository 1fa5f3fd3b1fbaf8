import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Finds a port for a listener. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Connects as soon as the port is open. */
export const openSocket = async (
  dial: () => Socket,
  event: 'connect' | 'secureConnect' = 'connect',
): Promise<Socket> => {
  for (;;) {
    const socket = dial()
    const isOpen = await once(socket, event).then(
      () => true,
      () => false,
    )
    if (isOpen) return socket.on('error', () => undefined)
    await sleep(10)
  }
}
