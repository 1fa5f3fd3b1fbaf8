import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { toFeedEntry } from '../../intel/entry.ts'
import { type FeedEntry, reportOptions } from '../../intel/provider.ts'
import { indicatorId } from '../../intel/summarize-indicator.ts'
import type { Actor } from '../../schema/account/role.ts'
import { knownIndicator, observableType, tlp } from '../../schema/intelligence/indicator.ts'
import { severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { auditIntel } from './audit-intel.ts'

const newIndicator = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(4_000)
    .describe('An IP address, range, domain, URL, hash or email address, defanged or not.'),
  type: observableType.optional().describe('The type. The default is detected from the value.'),
})

export const addIndicators = defineOperation({
  name: 'add_indicators',
  summary: 'Adds your own indicators or changes them.',
  role: 'analyst',
  input: z.strictObject({
    indicators: z.array(newIndicator).min(1).max(1_000),
    threat_level: severity.default('high'),
    confidence: z.number().min(0).max(1).default(0.9).describe('The confidence, 0–100.'),
    description: z.string().max(300).default('').describe('A description for other analysts.'),
    tags: z.array(z.string().min(1).max(100)).max(20).default([]),
    tlp: tlp.optional().describe('The TLP marking. Vendors are not queried about `amber` and `red` values.'),
    valid_until: z
      .string()
      .max(64)
      .optional()
      .describe('The expiry: ISO 8601 or now+30d. Without a value, the indicator does not expire.'),
  }),
  output: z.object({
    added: z.int(),
    changed: z.int(),
    /** The indicators with the data of all sources. */
    data: z.array(knownIndicator),
    errors: z.array(z.object({ value: z.string(), message: z.string() })),
  }),
  async run(input, deps: Pick<Deps, 'store' | 'intel' | 'now'> & { readonly actor: Actor }) {
    const { store, intel, now } = deps
    const time = now()
    const { threat_level, confidence, description, tags } = input
    const facts = {
      ...{
        level: threat_level,
        confidence,
        description,
        firstSeen: time,
        validUntil: readEnd(input.valid_until, time),
      },
      tags: [...(input.tlp ? [`tlp:${input.tlp}`] : []), ...tags],
    }
    const options = reportOptions.parse({})
    const entries = input.indicators.map(({ value, type }) => toFeedEntry(value, type, facts, options, time))
    const errors = entries.flatMap((entry) =>
      entry.kind === 'skipped' ? [{ value: entry.sample, message: entry.reason }] : [],
    )
    const reports = entries.filter((entry): entry is Extract<FeedEntry, { kind: 'report' }> => entry.kind === 'report')
    if (reports.length === 0) {
      throw new AppError('INVALID_REQUEST', 'None of the values can be an indicator.', {
        errors: errors.slice(0, 20).map(({ value, message }) => ({ path: value, message })),
      })
    }
    const { added, changed } = await intel.lists.updateOwn(reports)
    await intel.table.refresh()
    const values = reports.map(({ observable }) => observable.value)
    await auditIntel(deps, {
      action: 'add_indicators',
      target: values.length === 1 ? (values[0] ?? '') : `${values.length} values`,
      before: null,
      after: { values, threat_level, confidence, description, tags: facts.tags, valid_until: facts.validUntil ?? null },
    })
    const data = await store.threatIntel.load(reports.map(({ observable }) => indicatorId(observable)))
    return { added, changed, data: [...data], errors }
  },
})

/** Parses the expiry of an indicator; throws INVALID_REQUEST if it has passed. */
export const readEnd = (text: string | undefined, now: number): string | undefined => {
  if (text === undefined) return undefined
  const end = parseTime(text, now, 'end', 'valid_until')
  if (end > now) return new Date(end).toISOString()
  throw new AppError('INVALID_REQUEST', `${text} is in the past.`, {
    errors: [{ path: 'valid_until', message: 'is in the past', hint: 'Use now+30d, or leave it out.' }],
  })
}
