import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Detector } from '../detector.ts'
import { toExternalDetection } from './external-detection.ts'

const name = 'external'

const options = z.strictObject({
  dedup_ttl: z
    .int()
    .min(0)
    .default(86_400)
    .describe('Seconds for which a repeated alert counts as the same one, since it was last seen.'),
  min_severity: z
    .enum(['info', 'low', 'medium', 'high', 'critical'])
    .default('info')
    .describe('Minimum severity of an external alert that opens one here. Milder ones stay events.'),
})

/** Promotes alerts of other systems. Stateless: merging matches them to the alerts that exist. */
export const external: Component<typeof options, Detector> = {
  name,
  summary: 'Promotes the alerts of other systems.',
  options,
  create: ({ dedup_ttl: ttl, min_severity: least }) => ({
    name,
    includesAlerts: true,
    unlimited: true,
    detect(events) {
      const found = new Map<string, Detection>()
      for (const event of events) {
        const detection = event.kind === 'alert' ? toExternalDetection(event, { ttl: ttl * 1000, least }) : undefined
        if (detection) found.set(detection.id, detection)
      }
      return [...found.values()]
    },
  }),
}
