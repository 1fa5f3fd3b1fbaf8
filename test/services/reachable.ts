import { connect } from 'node:net'
import type { Need } from '../needs.ts'

/** A server that must answer on a port of this machine. */
export const findServer = async (name: string, port: number, variable: string): Promise<Need> => {
  const answered = await new Promise<boolean>((done) => {
    const socket = connect({ host: '127.0.0.1', port }, () => done(true))
    socket.once('error', () => done(false))
    socket.setTimeout(20_000, () => done(false))
    socket.once('close', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
  return {
    missing: answered ? undefined : `${name} does not answer at 127.0.0.1:${port}. Start one, or set ${variable}`,
  }
}
