import type { Socket } from 'node:net'

/**
 * Ends a connection whose other side goes on or stands still after its answer: it had the time to read it. A reset is noticed even
 * by who no longer reads, so nothing of the connection is left on either side; under TLS there is none.
 */
export const cutOff = (socket: Socket, afterMs: number, spare: () => boolean = () => false): void => {
  setTimeout(() => {
    if (socket.destroyed || spare()) return
    if ('encrypted' in socket) socket.destroy()
    else socket.resetAndDestroy()
  }, afterMs).unref()
}
