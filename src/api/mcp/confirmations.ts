import { createHash } from 'node:crypto'
import type { Confirmations } from './tool.ts'

const validMs = 600_000
const most = 1_000

/** Remembers previews for ten minutes. */
export const createConfirmations = (now: () => number, newSecret: () => string): Confirmations => {
  const given = new Map<string, { readonly hash: string; readonly until: number }>()
  const hashOf = (what: unknown): string => createHash('sha256').update(JSON.stringify(what)).digest('hex')
  return {
    issue(what) {
      for (const [token, { until }] of given) if (until <= now() || given.size >= most) given.delete(token)
      const token = newSecret()
      given.set(token, { hash: hashOf(what), until: now() + validMs })
      return token
    },
    redeem(token, what) {
      const known = given.get(token)
      if (!known || known.until <= now() || known.hash !== hashOf(what)) return false
      return given.delete(token)
    },
  }
}
