import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../component.ts'
import { AppError } from '../errors.ts'
import type { Deps } from '../operations/deps.ts'
import type { Actor } from '../schema/account/role.ts'
import type { Origin } from './ask.ts'

const longestAgent = 300
/** The same refusal of the same caller is recorded once per interval, so that nobody can fill the audit log. */
const quietMs = 10_000
const mostRemembered = 1_000
const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The client address. */
export const requestOrigin = ({ ip, headers }: FastifyRequest): Origin => {
  const agent = headers['user-agent']
  return { ip_address: ip, ...(agent !== undefined && { user_agent: agent.slice(0, longestAgent) }) }
}

/** Records in the audit log that a caller lacked a permission. Never throws. */
export type NoteDenial = (
  denied: { readonly actor: Actor; readonly operation: string; readonly error: string },
  origin?: Origin,
) => Promise<void>

/** Creates the recorder of refusals for all interfaces. */
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

/** Records who was not allowed to change something over HTTP. */
export const auditDenials = (app: FastifyInstance, noteDenial: NoteDenial): void => {
  app.addHook('onError', async (request, _reply, error) => {
    const actor = request.credential?.actor
    if (!actor || reading.has(request.method) || !(error instanceof AppError) || error.code !== 'FORBIDDEN') return
    const { config, url } = request.routeOptions
    const operation = config.describe?.().operationId ?? `${request.method} ${url}`
    await noteDenial({ actor, operation, error: error.message }, requestOrigin(request))
  })
}
