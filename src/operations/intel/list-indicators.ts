import { z } from 'zod'
import { knownIndicator, observableType } from '../../schema/indicator.ts'
import { severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

/** Lists what is known of values, what changed last first. */
export const listIndicators = defineOperation({
  name: 'list_indicators',
  summary: 'Lists indicators with what each source says of them, those that changed last first.',
  role: 'viewer',
  input: z.strictObject({
    search: z.string().max(500).default('').describe('A piece of the value.'),
    type: observableType.optional(),
    level: severity.optional().describe('How grave it is, exactly.'),
    source: z.string().max(100).optional().describe('Who tells of it; `own` for what people said here.'),
    all: z
      .boolean()
      .default(false)
      .describe('Also what has expired, and values that were asked about and nobody knows.'),
    ...paging,
  }),
  output: pageOf(knownIndicator),
  async run({ search, type, level, source, all, limit, cursor }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const page = await store.threatIntel.list({
      ...{ limit, after: cursor, type, level, source },
      text: search.trim(),
      ...(!all && { known: true, validAt: now() }),
    })
    return toPage(page, (item) => item)
  },
})
