import { z } from 'zod'

export const ruleLevels = ['informational', 'low', 'medium', 'high', 'critical'] as const
export const ruleLevel = z.enum(ruleLevels).meta({ id: 'RuleLevel' })
export type RuleLevel = z.infer<typeof ruleLevel>

export const ruleStatuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const
export const ruleStatus = z.enum(ruleStatuses).meta({ id: 'RuleStatus' })
export type RuleStatus = z.infer<typeof ruleStatus>

/** What somebody said about a rule. It holds for every version of the rule. */
export const ruleSetting = z
  .object({
    rule_id: z.string(),
    /** Null: as the status of the rule and the configuration say. */
    enabled: z.boolean().nullable(),
    /** Null: as the rule says. */
    level: ruleLevel.nullable(),
    note: z.string().nullable(),
    updated_by: z.string(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'RuleSetting' })
export type RuleSetting = z.infer<typeof ruleSetting>
