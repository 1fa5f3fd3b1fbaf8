import { Socket } from 'node:net'
import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'

interface LinkOptions {
  /** Probes the server over a new connection; rejects if it does not answer. */
  readonly probe: () => Promise<unknown>
  readonly log: Log
  /** How long a query may take before the server is probed, in ms. */
  readonly patience?: number
}

/** The network path to a database server: detects that it is dead although no connection was closed. */
export interface Link {
  /** Creates the socket of a new connection. */
  socket(): Socket
  /** Runs a query. If the server proves unreachable meanwhile, breaks all connections, so that the query fails. */
  watch<Result>(query: () => Promise<Result>): Promise<Result>
}

/**
 * TCP reports a dead path only after minutes, and a timeout on queries would end slow ones that are healthy. So a slow query
 * prompts a probe, and only a failed probe ends the query.
 */
export const createLink = ({ probe, log, patience = 3_000 }: LinkOptions): Link => {
  const sockets = new Set<Socket>()
  let probing = false

  const check = async (): Promise<void> => {
    if (probing) return
    probing = true
    const suspects = [...sockets]
    try {
      await probe()
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'The database does not answer; its connections are closed.')
      for (const socket of suspects) socket.destroy()
    } finally {
      probing = false
    }
  }

  return {
    socket() {
      const socket = new Socket()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    async watch(query) {
      const timer = setInterval(() => void check(), patience)
      try {
        return await query()
      } finally {
        clearInterval(timer)
      }
    },
  }
}
