import { z } from 'zod'
import { presentIn } from '../../../api/rest/envelope.ts'
import { presentText } from '../../../api/rest/present-text.ts'
import type { Present, Refuse, Route } from '../../../api/rest/route.ts'
import { AppError } from '../../../errors.ts'
import { getMetrics } from '../../../operations/status/get-metrics.ts'
import { getServiceHealth } from '../../../operations/status/get-service-health.ts'
import { getMachine } from './get-machine.ts'
import { getSettings } from './get-settings.ts'

const inEnvelope = presentIn('')

/** Every service is a part of this process, so all are as healthy as it is. */
const healthOf = (names: readonly string[], answer: unknown) => {
  const { status, timestamp, error } = getServiceHealth.output.parse(answer)
  const one = { status, last_check: timestamp, ...(error !== undefined && { error }) }
  const healthy = status === 'healthy' ? names.length : 0
  return {
    services: Object.fromEntries(names.map((name) => [name.replaceAll('-', '_'), one])),
    summary: { total: names.length, healthy, unhealthy: names.length - healthy, unreachable: 0 },
  }
}

const of = (path: string, operation: Route['operation'], present: Present, refuse: Refuse): Route => ({
  ...{ method: 'GET', path, operation, hide: true, refuse, present, readQuery: () => ({}) },
})

/** The routes of the monitoring service about the services with these names. */
export const monitoringRoutes = (names: readonly string[], refuse: Refuse): readonly Route[] => [
  { method: 'GET', path: '/metrics', operation: getMetrics, hide: true, type: 'text/plain', present: presentText },
  of(
    '/api/v1/metrics/system',
    getMachine,
    (answer, request, reply) => inEnvelope({ metrics: [getMachine.output.parse(answer)], total: 1 }, request, reply),
    refuse,
  ),
  of(
    '/api/v1/metrics/services',
    getServiceHealth,
    (answer, request, reply) => {
      const { services, summary } = healthOf(names, answer)
      const { total, healthy, unhealthy } = summary
      return inEnvelope({ services, total, healthy, unhealthy }, request, reply)
    },
    refuse,
  ),
  of(
    '/api/v1/health/services',
    getServiceHealth,
    (answer, request, reply) => inEnvelope(healthOf(names, answer), request, reply),
    refuse,
  ),
]

/** The routes of the configuration service. Settings are in the configuration file, so they are only shown. */
export const settingsRoutes = (refuse: Refuse): readonly Route[] => [
  of('/api/v1/config', getSettings, inEnvelope, refuse),
  {
    ...of(
      '/api/v1/config/:key',
      getSettings,
      (answer, request, reply) => {
        const { key } = z.object({ key: z.string() }).parse(request.params)
        const value = new Map(Object.entries(getSettings.output.parse(answer))).get(key)
        if (!value) throw new AppError('NOT_FOUND', `Configuration key not found: ${key}`)
        return inEnvelope({ key, value }, request, reply)
      },
      refuse,
    ),
  },
]
