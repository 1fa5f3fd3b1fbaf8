import type { Route } from '../../api/rest/route.ts'
import { getServiceHealth } from '../../operations/status/get-service-health.ts'

const probe = { method: 'GET', operation: getServiceHealth, hide: true } as const
const { output } = getServiceHealth

/** The health of one service, as all services of the triage system show it. */
export const healthRoute = (service: string): Route => ({
  ...probe,
  path: '/health',
  present: (answer, _request, reply) => {
    const { status, timestamp, checks, error } = output.parse(answer)
    reply.code(status === 'healthy' ? 200 : 503)
    return { status, service, timestamp, checks, ...(error !== undefined && { error }) }
  },
})

/** The liveness and readiness probes of the gateway. */
export const gatewayProbes: readonly Route[] = [
  { ...probe, path: '/health/live', present: () => ({ status: 'alive' }) },
  {
    ...probe,
    path: '/health/ready',
    present: (answer, _request, reply) => {
      const isHealthy = output.parse(answer).status === 'healthy'
      reply.code(isHealthy ? 200 : 503)
      return { status: isHealthy ? 'ready' : 'not ready' }
    },
  },
]
