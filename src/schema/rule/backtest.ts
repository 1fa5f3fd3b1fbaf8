import { z } from 'zod'
import { ruleFault, ruleLevel } from './rule.ts'

/** Why a rule matched: a field, its value, and the value that the rule wants. */
export const matchedField = z
  .object({
    selection: z.string(),
    /** The field name in the rule; null for a keyword. */
    field: z.string().nullable(),
    /** The field name in the event. */
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
    /** The reason that it ended early: the time limit, or too many events. */
    cut: z.enum(['time', 'events']).nullable(),
    hits: z.int(),
    /** The hours with matches. */
    hits_by_hour: z.array(z.object({ hour: z.iso.datetime(), hits: z.int() })),
    expected_alerts: z.object({
      per_week: z.number(),
      /** The calculation of the estimate. */
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
        /** For a correlation: the common values of its events, the counted value, and the number of events. */
        group: z.record(z.string(), z.string()).optional(),
        value: z.number().optional(),
        event_count: z.int().optional(),
      }),
    ),
    overlap: z.object({
      /** The number of matched events that were checked. */
      events: z.int(),
      /** Active rules that match the same events. */
      rules: z.array(z.object({ id: z.string(), title: z.string(), events: z.int(), share: z.number() })),
      /** Detectors that cited the same events as evidence. */
      detectors: z.array(z.object({ detector: z.string(), events: z.int(), share: z.number() })),
    }),
    /** The sources with events of the rule's log source, and the number of all sources. */
    applies_to: z.array(z.string()),
    sources: z.int(),
    /** Rules that cannot match, with the reason. */
    faults: z.array(ruleFault),
  })
  .meta({ id: 'Backtest' })
export type Backtest = z.infer<typeof backtest>
