import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { getHealth, health } from './get-health.ts'

/** Reports the health of the whole service, with the field names that monitoring systems expect. */
export const getServiceHealth = defineOperation({
  name: 'get_service_health',
  summary: 'Returns the health of the service: its connections and loaded data.',
  role: 'viewer',
  input: z.strictObject({}),
  output: health.extend({
    status: z.enum(['healthy', 'unhealthy']),
    service: z.string(),
    timestamp: z.iso.datetime(),
    /** Whether a model that scores log events is loaded. */
    models_loaded: z.boolean(),
    /** Regular expressions of the excluded datasets of queries. */
    excluded_patterns: z.array(z.string()),
    checks: z.object({
      database: z.enum(['connected', 'disconnected']),
      message_queue_consumer: z.enum(['connected', 'disconnected']),
      message_queue_publisher: z.enum(['connected', 'disconnected']),
    }),
    /** The reason if the service is not healthy. */
    error: z.string().optional(),
  }),
  async run(
    _input,
    {
      health,
      logModels,
      queryGuard,
      now,
      actor,
    }: Pick<Deps, 'health' | 'logModels' | 'queryGuard' | 'now'> & { readonly actor: Actor },
  ) {
    const state = await health()
    const known = await getHealth.run({}, { health: async () => state, actor })
    const isReady = known.status === 'ready'
    const { consumer, publisher } = state.broker ?? {}
    const isCut = consumer === false || publisher === false
    return {
      ...known,
      status: isReady ? ('healthy' as const) : ('unhealthy' as const),
      service: 'vedette',
      timestamp: new Date(now()).toISOString(),
      models_loaded: logModels.current() !== undefined,
      excluded_patterns: [...queryGuard.excludedPatterns],
      checks: {
        database: connected(isReady),
        // Without a broker the queue is in the database.
        message_queue_consumer: connected(consumer ?? isReady),
        message_queue_publisher: connected(publisher ?? isReady),
      },
      // An outage of the broker does not make the service unhealthy: alerts are accepted over HTTP, and results wait in the outbox.
      ...((!isReady || isCut) && known.problems.length > 0 && { error: known.problems.join(' ') }),
    }
  },
})

const connected = (isReached: boolean) => (isReached ? ('connected' as const) : ('disconnected' as const))
