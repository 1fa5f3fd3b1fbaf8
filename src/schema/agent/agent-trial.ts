import { z } from 'zod'
import { severity } from '../severity.ts'

/** The anomalies that agents would have found in past events. */
export const agentTrial = z
  .object({
    /** Whether all events were scored without an error. */
    status: z.enum(['completed', 'completed_with_errors']),
    /** The time range of the scored events. */
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
        /** How many of the lines match its programs. */
        logs: z.int(),
        anomalies: z.int(),
        by_type: z.record(z.string(), z.int()),
      }),
    ),
    /** Sorted by severity, highest first; at most 200. */
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
        /** Whether the severity is capped at low because the agent has learnt too little. */
        learning: z.boolean(),
      }),
    ),
    /** Events that could not be scored, with the reason. */
    errors: z.array(z.string()),
  })
  .meta({ id: 'AgentTrial' })
export type AgentTrial = z.infer<typeof agentTrial>
