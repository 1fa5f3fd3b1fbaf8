import { getServiceHealth } from '../../operations/status/get-service-health.ts'
import { mayAct } from '../../schema/role.ts'
import type { Present } from './route.ts'

const { output } = getServiceHealth

/** Answers monitors of every kind with all that any of them looks for. Strangers learn how it does and nothing else. */
export const presentHealth: Present = (answer, { credential }, reply) => {
  const known = output.parse(answer)
  reply.code(known.status === 'healthy' ? 200 : 503)
  if (known.status !== 'healthy') reply.header('retry-after', '5')
  return credential && mayAct(credential.actor.role, 'viewer') ? known : { status: known.status }
}
