import { z } from 'zod'

export const contextTypes = ['network', 'asset', 'user', 'threat_intel', 'historical', 'correlation'] as const

/** Facts about the context of an alert at the time of triage. */
export const alertContext = z
  .object({
    context_type: z.enum(contextTypes),
    /** The collector of the facts: `context-collector`, as in the table `alert_context`. */
    source: z.string(),
    /** 0–1. */
    confidence: z.number().min(0).max(1),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AlertContext' })
export type AlertContext = z.infer<typeof alertContext>
