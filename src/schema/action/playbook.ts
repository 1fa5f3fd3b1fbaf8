import { z } from 'zod'
import { addressRoleNames } from '../detection/address-roles.ts'
import { alertType, entity } from '../detection/detection.ts'
import { severity } from '../severity.ts'
import { remediationTypes } from './remediation-action.ts'

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and single hyphens')

/**
 * One action. With `for_each`, one action for each value of that type in the incident, or for each address in that role. In a containment
 * step, `ip` means the attackers, so that nobody blocks an own address.
 */
export const playbookStep = z
  .strictObject({
    id: name,
    type: z.enum(remediationTypes),
    /** May contain `{host}`, `{user}`, `{ip}`, `{attacker}` …: the entities of the incident. */
    description: z.string().min(1).max(500),
    /** 1 is the most urgent. */
    priority: z.int().min(1).max(5).default(3),
    /** The default assignee: `network team`. */
    owner: z.string().max(100).optional(),
    /** The deadline in hours. Default, by priority: 1, 4, 24, 72, 168. */
    due_hours: z.number().positive().max(8_760).optional(),
    for_each: z.enum([...entity.shape.type.options, ...addressRoleNames]).optional(),
    /** The name of a webhook of `remediation.webhooks` that can execute it. */
    webhook: z.string().max(100).optional(),
  })
  .meta({ id: 'PlaybookStep' })

/** The response to a kind of incident, as data. */
export const playbook = z
  .strictObject({
    id: name,
    title: z.string().min(1).max(200),
    description: z.string().max(2_000).default(''),
    category: z.string().max(50).default('response'),
    /** The incidents that it is proposed for automatically; without it, only on request. */
    when: z
      .strictObject({
        /** At least one alert has one of these types. */
        types: z.array(alertType).min(1).optional(),
        min_severity: severity.default('medium'),
        /** Or one of these ATT&CK techniques or their sub-techniques. */
        techniques: z.array(z.string()).min(1).optional(),
      })
      .optional(),
    steps: z.array(playbookStep).min(1).max(50),
  })
  .refine(({ steps }) => new Set(steps.map(({ id }) => id)).size === steps.length, 'two steps have the same id')
  .meta({ id: 'Playbook' })
export type Playbook = z.infer<typeof playbook>
