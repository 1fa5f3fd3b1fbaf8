import { health } from '../../operations/status/get-health.ts'
import { mayAct } from '../../schema/role.ts'
import type { Present } from './route.ts'

/** Answers the probes of orchestrators. Strangers learn whether it is ready and nothing else. */
export const presentReadiness: Present = (answer, { credential }, reply) => {
  const known = health.parse(answer)
  reply.code(known.status === 'ready' ? 200 : 503)
  if (known.status !== 'ready') reply.header('retry-after', '5')
  return credential && mayAct(credential.actor.role, 'viewer') ? known : { status: known.status }
}
