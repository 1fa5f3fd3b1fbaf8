import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { formatName, formats } from '../../intel/feeds/formats.ts'
import { guessFormat } from '../../intel/feeds/guess-format.ts'
import { type FeedEntry, reportOptions } from '../../intel/provider.ts'
import type { Actor } from '../../schema/account/role.ts'
import { observableType, report, tlp } from '../../schema/intelligence/indicator.ts'
import { skippedRows } from '../../schema/intelligence/intel-feed.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditIntel } from './audit-intel.ts'

const mostSamples = 20
const { level, confidence, description, tags, valid_days } = reportOptions.shape

const sample = z.union([
  report.extend({ value: z.string(), type: observableType }),
  z.object({ value: z.string(), list: z.string() }),
])
type Sample = z.input<typeof sample>

/** Imports a named list of indicators. */
export const importIndicators = defineOperation({
  name: 'import_indicators',
  summary:
    'Imports a named list of indicators: plain text, CSV, JSON, STIX 2.1, MISP and more. Replaces the earlier list of that name.',
  role: 'analyst',
  input: z.strictObject({
    table: z
      .string()
      .min(1)
      .max(32 * 1_048_576)
      .describe('The content of the list.'),
    name: z
      .string()
      .regex(/^\w[\w.-]{0,62}$/, 'use letters, digits, ".", "_" and "-", at most 63, beginning with a letter or digit')
      .describe('The name of the list, shown as the source.'),
    format: formatName.optional().describe('The format. The default is detected from the content.'),
    preview: z.boolean().default(false).describe('Only previews the changes.'),
    ...{ level, confidence, description, tags, valid_days },
    tlp: tlp.optional().describe('The TLP marking. Vendors are not queried about `amber` and `red` values.'),
  }),
  output: z.object({
    preview: z.boolean(),
    name: z.string(),
    format: formatName,
    /** The notice in the list. */
    notice: z.string(),
    /** How many entries could be used. */
    entries: z.int(),
    added: z.int(),
    changed: z.int(),
    /** Entries that are no longer in the list. */
    withdrawn: z.int(),
    /** Rows that could not be used, by reason. */
    skipped: z.array(skippedRows),
    /** The first 20 entries as parsed. */
    samples: z.array(sample),
  }),
  async run(
    { table, name, preview, tlp: marking, ...input },
    deps: Pick<Deps, 'intel' | 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const { intel, now } = deps
    const time = now()
    const text = table.replace(/^\ufeff/, '')
    const format = input.format ?? guessFormat(text)
    const reader = formats[format]
    const { level, confidence, description, valid_days } = input
    const options = reportOptions.parse({
      ...{ level, confidence, description, valid_days },
      tags: [...(marking ? [`tlp:${marking}`] : []), ...input.tags],
    })
    try {
      const read = () => reader.read(text, options, time)
      const notice = 'notice' in reader ? reader.notice(text).slice(0, 500) : ''
      const samples = firstOf(read())
      const taken = await intel.lists.import(name, read, { preview, notice })
      const { read: entries, added, changed, withdrawn, skipped } = taken
      const result = {
        preview,
        name,
        format,
        notice,
        entries,
        added,
        changed,
        withdrawn,
        skipped: [...skipped],
        samples,
      }
      if (preview) return result
      await intel.table.refresh()
      await auditIntel(deps, {
        action: 'import_indicators',
        target: name,
        before: null,
        after: { format, entries, added, changed, withdrawn },
      })
      return result
    } catch (error) {
      // The caller sent the unreadable list, so this is not a source failure.
      if (!(error instanceof AppError) || error.code !== 'SOURCE_FAILED') throw error
      throw new AppError('INVALID_REQUEST', error.message, {
        hint: `The content was parsed as ${format}. ${error.hint ?? ''} Set another format if that is wrong.`,
        cause: error,
      })
    }
  },
})

const firstOf = (entries: Iterable<FeedEntry>): Sample[] => {
  const samples: Sample[] = []
  for (const entry of entries) {
    if (entry.kind === 'report') samples.push({ ...entry.observable, ...entry.report })
    if (entry.kind === 'benign') samples.push({ value: entry.value, list: entry.list })
    if (entry.kind === 'exploited') samples.push({ value: entry.cve, list: entry.name })
    if (samples.length >= mostSamples) break
  }
  return samples
}
