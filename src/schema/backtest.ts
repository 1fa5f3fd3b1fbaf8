import { z } from 'zod'
import { ruleFault, ruleLevel } from './rule.ts'

/** Why a rule matched: a field, its value, and the value that the rule wants. */
export const matchedField = z
  .object({
    selection: z.string(),
    /** As the rule calls it; null for a keyword. */
    field: z.string().nullable(),
    /** As the event calls it. */
    event_field: z.string().nullable(),
    value: z.string().nullable(),
    /** `contains "mimikatz"`. */
    wanted: z.string(),
  })
  .meta({ id: 'MatchedField' })
export type MatchedField = z.infer<typeof matchedField>

/** The detections that rules would have made in past events. */
export const backtest = z
  .object({
    rules: z.array(z.object({ id: z.string(), title: z.string(), level: ruleLevel.nullable() })),
    /** The time range of the tested events. */
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    events: z.int(),
    /** Why it ended before the events did: the time limit was reached, or there were too many. */
    cut: z.enum(['time', 'events']).nullable(),
    hits: z.int(),
    /** The hours in which there were any. */
    hits_by_hour: z.array(z.object({ hour: z.iso.datetime(), hits: z.int() })),
    expected_alerts: z.object({
      per_week: z.number(),
      /** How it is computed. */
      how: z.string(),
    }),
    samples: z.array(
      z.object({
        rule_id: z.string(),
        event_id: z.string(),
        time: z.iso.datetime(),
        source: z.string(),
        line: z.string(),
        matched: z.array(matchedField),
        /** Of a correlation: what its events have in common, what was counted, and how many events there were. */
        group: z.record(z.string(), z.string()).optional(),
        value: z.number().optional(),
        event_count: z.int().optional(),
      }),
    ),
    overlap: z.object({
      /** How many events with hits were looked at. */
      events: z.int(),
      /** Active rules that match the same events. */
      rules: z.array(z.object({ id: z.string(), title: z.string(), events: z.int(), share: z.number() })),
      /** Detectors that named the same events as evidence. */
      detectors: z.array(z.object({ detector: z.string(), events: z.int(), share: z.number() })),
    }),
    /** The sources whose events are of the rule's log source, of so many sources. */
    applies_to: z.array(z.string()),
    sources: z.int(),
    /** Rules that cannot match, and why. */
    faults: z.array(ruleFault),
  })
  .meta({ id: 'Backtest' })
export type Backtest = z.infer<typeof backtest>
