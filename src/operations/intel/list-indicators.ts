import { z } from 'zod'
import { knownIndicator, observableType } from '../../schema/intelligence/indicator.ts'
import { severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

export const listIndicators = defineOperation({
  name: 'list_indicators',
  summary: 'Lists indicators with the data of each source, most recently changed first.',
  role: 'viewer',
  input: z.strictObject({
    search: z.string().max(500).default('').describe('Part of the value.'),
    type: observableType.optional(),
    level: severity.optional().describe('The exact threat level.'),
    source: z.string().max(100).optional().describe('The source; `own` for your own indicators.'),
    all: z.boolean().default(false).describe('Includes expired indicators and values without any data.'),
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
