import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { SigmaDocument } from '../../lib/sigma/sigma.ts'
import { backtest } from '../../schema/backtest.ts'
import type { Deps } from '../deps.ts'
import { storedEvents } from '../events/stored-events.ts'
import { defineOperation } from '../operation.ts'
import { timeRange } from '../paging.ts'
import { parseRange } from '../time.ts'
import { requireDocuments, ruleText } from './lint-rules.ts'
import { runBacktest } from './rule-backtest.ts'
import { withReferences } from './rule-documents.ts'
import { detectorsInCommon, rulesInCommon } from './rule-overlap.ts'
import { requireRule } from './rule-view.ts'

const usualSpan = 24 * 3_600_000
const limits = { maxMs: 30_000, maxEvents: 1_000_000 }

/** Says what a rule would have found in the stored events. */
export const backtestRule = defineOperation({
  name: 'backtest_rule',
  summary: 'Says what a rule would have found in the stored events, by default in those of the last 24 hours.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(500).optional().describe('A rule that is here …'),
    yaml: ruleText.optional().describe('… or the text of rules.'),
    ...timeRange,
  }),
  output: backtest,
  async run({ id, yaml, from, to }, { rules, reach, store, now }: Pick<Deps, 'rules' | 'reach' | 'store' | 'now'>) {
    const targets = pickTargets({ id, yaml }, rules)
    const documents = withReferences(targets, rules)
    const time = now()
    const span = parseRange({ from, to }, time)
    const { result, matched } = await runBacktest({
      targets,
      documents,
      taxonomy: rules.book.taxonomy,
      events: storedEvents(store, { from: span.from ?? (span.to ?? time) - usualSpan, to: span.to }),
      limits,
    })
    const reached = await reach()
    const find = (name: string) =>
      documents.find((one) => one.id === name || one.name === name) ?? rules.get(name)?.document
    const except = new Set(documents.map((document) => document.id))
    return {
      ...result,
      overlap: {
        events: matched.length,
        rules: await rulesInCommon(matched, rules.book, except),
        detectors: await detectorsInCommon(matched, store.detections),
      },
      applies_to: [...new Set(targets.flatMap((document) => reached.reachOf(document, find)))].sort(),
      sources: reached.sources,
    }
  },
})

/** The rules that are asked about, by id or by their text. */
export const pickTargets = (
  { id, yaml }: { readonly id?: string | undefined; readonly yaml?: string | undefined },
  rules: Deps['rules'],
): readonly SigmaDocument[] => {
  if ((id === undefined) === (yaml === undefined)) {
    throw new AppError('INVALID_REQUEST', 'Say which rule: give either id or yaml.', {
      errors: [{ path: 'id', message: 'give either id or yaml' }],
    })
  }
  return yaml === undefined ? [requireRule(rules, id ?? '').document] : requireDocuments(yaml, rules)
}
