import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Detector } from '../detector.ts'
import { tellAlert } from './external-story.ts'

const name = 'external'

const options = z.strictObject({
  dedup_ttl: z
    .int()
    .min(0)
    .default(86_400)
    .describe('For how many seconds after it was last seen an alert that comes again is the same one.'),
  min_severity: z
    .enum(['info', 'low', 'medium', 'high', 'critical'])
    .default('info')
    .describe('The mildest alert of another system that becomes one here; milder ones stay events.'),
})

/** Takes over what other systems have found. It keeps nothing in mind: which alert an alert is, the alerts that there are tell. */
export const external: Component<typeof options, Detector> = {
  name,
  summary: 'Takes over the alerts of other systems.',
  options,
  create: ({ dedup_ttl: ttl, min_severity: least }) => ({
    name,
    judgesAlerts: true,
    keepsAll: true,
    detect(events) {
      const found = new Map<string, Detection>()
      for (const event of events) {
        const detection = event.kind === 'alert' ? tellAlert(event, { ttl: ttl * 1000, least }) : undefined
        if (detection) found.set(detection.id, detection)
      }
      return [...found.values()]
    },
  }),
}
