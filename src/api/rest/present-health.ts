import { health } from '../../operations/status/get-health.ts'
import { getServiceHealth } from '../../operations/status/get-service-health.ts'
import { mayAct } from '../../schema/account/role.ts'
import type { Present } from './route.ts'

/** Anonymous callers see only the status; 503 with `Retry-After` unless it is `good`. */
const presentStatus =
  (output: { parse(answer: unknown): { readonly status: string } }, good: string): Present =>
  (answer, { credential }, reply) => {
    const known = output.parse(answer)
    reply.code(known.status === good ? 200 : 503)
    if (known.status !== good) reply.header('retry-after', '5')
    return credential && mayAct(credential.actor.role, 'viewer') ? known : { status: known.status }
  }

/** The health answer, with the fields of all supported monitors. */
export const presentHealth = presentStatus(getServiceHealth.output, 'healthy')

/** Answers the probes of orchestrators. */
export const presentReadiness = presentStatus(health, 'ready')
