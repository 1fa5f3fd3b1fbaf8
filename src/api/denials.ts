import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../component.ts'
import { AppError } from '../errors.ts'
import type { Deps } from '../operations/deps.ts'
import type { Actor } from '../schema/role.ts'
import type { Origin } from './ask.ts'

const longestAgent = 300
/** The same refusal of the same person is written down once in so long: nobody fills the audit by knocking. */
const quietMs = 10_000
const mostRemembered = 1_000
const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Where a request comes from. */
export const requestOrigin = ({ ip, headers }: FastifyRequest): Origin => {
  const agent = headers['user-agent']
  return { ip_address: ip, ...(agent !== undefined && { user_agent: agent.slice(0, longestAgent) }) }
}

/** Notes in the audit that somebody asked for what they may not have. Never throws. */
export type NoteDenial = (
  denied: { readonly actor: Actor; readonly operation: string; readonly error: string },
  origin?: Origin,
) => Promise<void>

/** Makes the one place that refusals are written down from, whatever the door. */
export const createNoteDenial = ({ store, now }: Pick<Deps, 'store' | 'now'>, log: Log): NoteDenial => {
  const lately = new Map<string, number>()
  return async ({ actor, operation, error }, origin) => {
    const name = `${actor.name} ${operation} ${origin?.ip_address}`
    const time = now()
    if (time - (lately.get(name) ?? 0) < quietMs) return
    if (lately.size >= mostRemembered) lately.clear()
    lately.set(name, time)
    const entry = {
      ...origin,
      time,
      actor: actor.name,
      action: 'denied',
      target_type: 'operation',
      target_id: operation,
      old_values: null,
      new_values: { role: actor.role },
      error,
    }
    await store
      .transaction((tx) => store.audit.append([entry], tx))
      .catch((cause: unknown) => log.error({ err: cause, operation }, 'A refusal could not be written down.'))
  }
}

/** Writes down who wanted to change something over HTTP and was not allowed to. */
export const auditDenials = (app: FastifyInstance, noteDenial: NoteDenial): void => {
  app.addHook('onError', async (request, _reply, error) => {
    const actor = request.credential?.actor
    if (!actor || reading.has(request.method) || !(error instanceof AppError) || error.code !== 'FORBIDDEN') return
    const { config, url } = request.routeOptions
    const operation = config.describe?.().operationId ?? `${request.method} ${url}`
    await noteDenial({ actor, operation, error: error.message }, requestOrigin(request))
  })
}
