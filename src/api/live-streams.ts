import { AppError } from '../errors.ts'
import { plural } from '../lib/units/number.ts'
import { type Credential, callerOf } from '../operations/accounts/credential.ts'

/** How many connections may follow changes at once, over all doors together. */
export interface LiveStreamLimits {
  readonly total: number
  /** For one token or account. */
  readonly per_caller: number
  /** How many of the total only admins may use. */
  readonly reserved: number
}

export interface LiveStreams {
  /**
   * Counts a stream; returns a function that ends it. Throws RATE_LIMITED if the caller has too many streams, UNAVAILABLE if there are too
   * many in total.
   */
  open(credential: Credential | undefined, address: string): () => void
}

const defaults: LiveStreamLimits = { total: 200, per_caller: 20, reserved: 20 }
const retryAfter = 30

/** Counts live streams: server-sent events, WebSockets, GraphQL subscriptions and MCP streams alike. */
export const createLiveStreams = ({ total, per_caller, reserved }: LiveStreamLimits = defaults): LiveStreams => {
  const counts = new Map<string, number>()
  let open = 0
  return {
    open(credential, address) {
      const caller = credential ? callerOf(credential, address) : `address ${address}`
      const own = counts.get(caller) ?? 0
      if (own >= per_caller) throw tooManyOfOne(own)
      const most = credential?.actor.role === 'admin' ? total : total - reserved
      if (open >= most) throw tooMany()
      open += 1
      counts.set(caller, own + 1)
      let ended = false
      return () => {
        if (ended) return
        ended = true
        open -= 1
        const left = (counts.get(caller) ?? 0) - 1
        if (left > 0) counts.set(caller, left)
        else counts.delete(caller)
      }
    },
  }
}

const tooManyOfOne = (own: number): AppError =>
  new AppError('RATE_LIMITED', `This token or account already has ${plural(own, 'live stream')} open.`, {
    hint: 'Close a tab or a client, or raise server.live_streams.per_caller.',
    retryable: true,
    retryAfter,
  })

const tooMany = (): AppError =>
  new AppError('UNAVAILABLE', 'Too many live streams are open on this server.', {
    hint: 'Retry later, or raise server.live_streams.total.',
    retryable: true,
    retryAfter,
  })
