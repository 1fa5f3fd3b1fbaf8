import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadAll } from 'js-yaml'
import { z } from 'zod'
import { createHistory } from '../src/pipeline/triage/history.ts'
import { someAlert } from '../src/pipeline/triage/triager.conformance.ts'
import type { Alert } from '../src/schema/alert/alert.ts'

const rules = resolve(import.meta.dirname, '../rules')
const rule = z.looseObject({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()).default([]),
})

/**
 * Pairs of texts about the same thing in different words: the title of each bundled rule, and its description. The title and the techniques
 * become an alert, without the description; the description is what somebody searches for.
 */
const readPairs = (): readonly { readonly alert: Alert; readonly text: string }[] =>
  readdirSync(rules, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .flatMap((name) => loadAll(readFileSync(resolve(rules, name), 'utf8')))
    .flatMap((document) => rule.safeParse(document).data ?? [])
    .map(({ id, title, description, tags }, number) => ({
      alert: someAlert({
        id,
        title,
        sentence: '',
        type: 'other',
        detectors: ['sigma'],
        entities: [{ type: 'host', value: `web-${number % 7}` }],
        techniques: tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []),
      }),
      text: description,
    }))

/** Measures how often the right one is among the first `most` alerts: of all pairs, by words and by whole titles alone. */
export const similarRecall = async (most = 5) => {
  const pairs = readPairs()
  const history = createHistory(async () => pairs.map(({ alert }) => alert))
  const like = (title: string) => ({
    type: 'other' as const,
    detectors: [],
    techniques: [],
    entities: [],
    title,
    source: '',
  })
  const share = async (find: typeof history.search): Promise<number> => {
    let found = 0
    for (const { alert, text } of pairs) {
      const first = await find(like(text), { most, least: 0 })
      if (first.some(({ entry }) => entry.id === alert.id)) found += 1
    }
    return found / pairs.length
  }
  return { pairs: pairs.length, byWords: await share(history.search), byTitle: await share(history.find) }
}
