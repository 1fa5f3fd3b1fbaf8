import { z } from 'zod'

/** An anomaly in the format of the network agents' API. Times are UTC without a zone: `2026-01-15T10:00:00`. */
export const anomaly = z
  .object({
    id: z.int(),
    agent_name: z.string(),
    /** The number of the device, if the agent has one. */
    device_id: z.int().nullable(),
    /** When it was seen last. */
    timestamp: z.string(),
    anomaly_type: z.string(),
    confidence: z.number(),
    description: z.string().nullable(),
    /** The counted features, by name. */
    features: z.unknown(),
    created_at: z.string(),
  })
  .meta({ id: 'Anomaly' })
export type Anomaly = z.infer<typeof anomaly>
