import { z } from 'zod'
import { addressRoles } from '../detection/address-roles.ts'
import { alertType, contribution, type Detection, entity, evidence, observed } from '../detection/detection.ts'
import { severity } from '../severity.ts'
import { triageResult } from '../triage/triage-result.ts'

export const alertStatuses = ['new', 'triaged', 'investigating', 'resolved', 'false_positive', 'suppressed'] as const
export const openAlertStatuses = ['new', 'triaged', 'investigating'] as const

/** A user's verdict at closing. */
export const resolution = z
  .enum(['true_positive', 'benign_positive', 'false_positive', 'duplicate', 'expected', 'other'])
  .meta({ id: 'Resolution' })
export type Resolution = z.infer<typeof resolution>

/** The part of a folded detection that its alert stores. */
export const foldedDetection = z.object({
  id: z.string(),
  event_count: z.int(),
  severity,
  score: z.number(),
  last_seen: z.iso.datetime(),
})

/** The rule of a detection that was folded into an alert. */
const alertRule = z.object({ id: z.string(), title: z.string() })

/** Detections that need one decision. */
export const alert = z
  .object({
    id: z.string(),
    dedup_key: z.string(),
    status: z.enum(alertStatuses),
    type: alertType,
    severity,
    /** The highest score among its detections, fixed when they were created. */
    score: z.number(),
    title: z.string(),
    sentence: z.string(),
    value: z.string(),
    usual: z.string(),
    detectors: z.array(z.string()),
    source: z.string(),
    stream: z.string(),
    entities: z.array(entity),
    address_roles: addressRoles.optional(),
    techniques: z.array(z.string()),
    /** The rules of its detections, at most 100; absent if there are none. */
    rules: z.array(alertRule).optional(),
    contributions: z.array(contribution),
    /** The data that the sender of a foreign alert supplied. */
    observed: observed.optional(),
    /** The most relevant lines, at most 20, oldest first. */
    evidence: z.array(evidence),
    /** How many detections were folded into it, and how many events they cover. */
    count: z.int(),
    event_count: z.int(),
    detection_ids: z.array(z.string()),
    /** The newest 500 folded detections, so that a detection that grows is counted once. */
    folded: z.array(foldedDetection).optional(),
    first_seen: z.iso.datetime(),
    last_seen: z.iso.datetime(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    learning: z.boolean(),
    incident_id: z.string().nullable(),
    assignee: z.string().nullable(),
    resolution: resolution.nullable(),
    /** The suppression that hides it. */
    suppression_id: z.string().nullable(),
    /** The reason that it is shown although a suppression matches it: it became clearly more severe. */
    resurfaced: z
      .object({ suppression_id: z.string(), reason: z.string(), at: z.iso.datetime() })
      .nullable()
      .optional(),
    triage: triageResult.nullable(),
    /** The end of its snooze; until then, it is not open. It reopens then, or sooner if it becomes more severe. */
    snoozed_until: z.iso.datetime().nullable().optional(),
    /** The revision, incremented by each change; the ETag. */
    version: z.int(),
  })
  .meta({ id: 'Alert' })
export type Alert = z.infer<typeof alert>

/** Resolutions that mean: do not notify people about this again. */
const dismissals: readonly Resolution[] = ['false_positive', 'benign_positive', 'expected', 'duplicate']

/** Whether people closed an item because it needs no action. */
export const isDismissed = ({
  status,
  resolution,
}: {
  readonly status: string
  readonly resolution: Resolution | null
}): boolean =>
  ['resolved', 'closed', 'false_positive'].includes(status) && resolution !== null && dismissals.includes(resolution)

const mostRules = 100

/** The rules of detections that are not yet in the list: each once, by ID. */
export const alertRulesOf = (
  detections: readonly Pick<Detection, 'rule'>[],
  known: NonNullable<Alert['rules']> = [],
): NonNullable<Alert['rules']> => {
  const rules = [...known, ...detections.flatMap(({ rule }) => (rule ? { id: rule.id, title: rule.title } : []))]
  return [...new Map(rules.map((rule) => [rule.id, rule])).values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, mostRules)
}
