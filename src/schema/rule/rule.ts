import { z } from 'zod'

export const ruleLevels = ['informational', 'low', 'medium', 'high', 'critical'] as const
export const ruleLevel = z.enum(ruleLevels).meta({ id: 'RuleLevel' })
export type RuleLevel = z.infer<typeof ruleLevel>

export const ruleStatuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const
export const ruleStatus = z.enum(ruleStatuses).meta({ id: 'RuleStatus' })
export type RuleStatus = z.infer<typeof ruleStatus>

/** A user's settings for a rule. They apply to every version of the rule. */
export const ruleSetting = z
  .object({
    rule_id: z.string(),
    /** Null: the status of the rule and the configuration decide. */
    enabled: z.boolean().nullable(),
    /** Null: the level of the rule. */
    level: ruleLevel.nullable(),
    note: z.string().nullable(),
    updated_by: z.string(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'RuleSetting' })
export type RuleSetting = z.infer<typeof ruleSetting>

/** A problem of a rule, with its position and a hint. */
export const ruleFault = z
  .object({
    /** A stable code: `unknown-modifier`, `condition-syntax` … */
    code: z.string(),
    /** An error disables the rule; a warning does not. */
    severity: z.enum(['error', 'warning']),
    message: z.string(),
    hint: z.string().nullable(),
    file: z.string(),
    line: z.int(),
    rule: z.string().nullable(),
  })
  .meta({ id: 'RuleFault' })
export type RuleFault = z.infer<typeof ruleFault>

/** A rule, a correlation or a filter, and its state in this installation. */
export const ruleView = z
  .object({
    id: z.string(),
    type: z.enum(['rule', 'correlation', 'filter']),
    title: z.string(),
    description: z.string().nullable(),
    author: z.string().nullable(),
    license: z.string().nullable(),
    status: ruleStatus.nullable(),
    /** The level of its detections: its own, or a user's override. */
    level: ruleLevel.nullable(),
    own_level: ruleLevel.nullable(),
    logsource: z.object({
      product: z.string().optional(),
      category: z.string().optional(),
      service: z.string().optional(),
    }),
    tags: z.array(z.string()),
    techniques: z.array(z.string()),
    /** The origin of its folder: `bundled`, an import, or the configuration. */
    pack: z.string(),
    file: z.string(),
    line: z.int(),
    /** Whether it is evaluated. */
    enabled: z.boolean(),
    /** Whether its changed file cannot be read: this is the version before the change. */
    stale: z.boolean(),
    setting: ruleSetting.nullable(),
    /** The sources with events of its log source, by their newest events. Without one, it cannot match here. */
    applies_to: z.array(z.string()),
    /** How many detections it made in the last 7 days. */
    hits_7d: z.int(),
  })
  .meta({ id: 'Rule' })
export type RuleView = z.infer<typeof ruleView>
