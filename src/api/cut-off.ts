import type { Socket } from 'node:net'

/**
 * Closes a connection whose client keeps sending or stalls after its answer, once it had the time to read it. Even a client that no longer
 * reads notices a reset, so neither side keeps the connection open. TLS has no reset.
 */
export const cutOff = (socket: Socket, afterMs: number, spare: () => boolean = () => false): void => {
  setTimeout(() => {
    if (socket.destroyed || spare()) return
    if ('encrypted' in socket) socket.destroy()
    else socket.resetAndDestroy()
  }, afterMs).unref()
}
