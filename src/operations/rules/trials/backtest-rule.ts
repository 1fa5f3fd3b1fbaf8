import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { SigmaDocument } from '../../../lib/sigma/sigma.ts'
import { day } from '../../../lib/units/time.ts'
import { backtest } from '../../../schema/rule/backtest.ts'
import type { Deps } from '../../deps.ts'
import { storedEvents } from '../../events/stored-events.ts'
import { defineOperation } from '../../operation.ts'
import { timeRange } from '../../paging.ts'
import { parseTimeRange } from '../../time.ts'
import { requireDocuments, ruleText } from '../lint/lint-rules.ts'
import { requireRule } from '../rule-view.ts'
import { runBacktest } from './rule-backtest.ts'
import { withReferences } from './rule-documents.ts'
import { detectorsInCommon, rulesInCommon } from './rule-overlap.ts'

const usualSpan = day
const limits = { maxMs: 30_000, maxEvents: 1_000_000 }

export const backtestRule = defineOperation({
  name: 'backtest_rule',
  summary: 'Runs a rule on stored events, by default of the last 24 hours, and reports the matches.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(500).optional().describe('The ID of a stored rule.'),
    yaml: ruleText.optional().describe('The text of rules.'),
    ...timeRange,
  }),
  output: backtest,
  async run({ id, yaml, from, to }, { rules, reach, store, now }: Pick<Deps, 'rules' | 'reach' | 'store' | 'now'>) {
    const targets = pickTargets({ id, yaml }, rules)
    const documents = withReferences(targets, rules)
    const time = now()
    const span = parseTimeRange({ from, to }, time)
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

/** The tested rules, by ID or by their text. */
export const pickTargets = (
  { id, yaml }: { readonly id?: string | undefined; readonly yaml?: string | undefined },
  rules: Deps['rules'],
): readonly SigmaDocument[] => {
  if ((id === undefined) === (yaml === undefined)) {
    throw new AppError('INVALID_REQUEST', 'Give either id or yaml.', {
      errors: [{ path: 'id', message: 'give either id or yaml' }],
    })
  }
  return yaml === undefined ? [requireRule(rules, id ?? '').document] : requireDocuments(yaml, rules)
}
