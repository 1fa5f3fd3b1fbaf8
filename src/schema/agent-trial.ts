import { z } from 'zod'
import { severity } from './severity.ts'

/** What agents would have found in events of the past. */
export const agentTrial = z
  .object({
    /** Whether all events were judged, and all of them without trouble. */
    status: z.enum(['completed', 'completed_with_errors']),
    /** The time of the events that were judged. */
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    logs_processed: z.int(),
    anomalies_detected: z.int(),
    /** In seconds. */
    test_duration: z.number(),
    agents: z.array(
      z.object({
        agent_id: z.string(),
        name: z.string(),
        /** How many of the lines it looks at. */
        logs: z.int(),
        anomalies: z.int(),
        by_type: z.record(z.string(), z.int()),
      }),
    ),
    /** The gravest first; at most 200. */
    results: z.array(
      z.object({
        agent_name: z.string(),
        device: z.string(),
        device_id: z.int().nullable(),
        anomaly_type: z.string(),
        severity,
        confidence: z.number(),
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        description: z.string(),
        features: z.unknown(),
        /** Whether too little was known yet for it to be graver than low. */
        learning: z.boolean(),
      }),
    ),
    /** What could not be judged, and why. */
    errors: z.array(z.string()),
  })
  .meta({ id: 'AgentTrial' })
export type AgentTrial = z.infer<typeof agentTrial>
