import type { Alert } from '../../schema/alert/alert.ts'
import { textsOf } from '../../schema/alert/alert-fields.ts'
import { searchText } from './search-text.ts'

interface Known extends Pick<Alert, 'title' | 'sentence' | 'entities'> {
  readonly words: string
}

const known = new WeakMap<Alert['evidence'], Known>()

/**
 * Returns the words of an alert's texts, each once. Remembers them, because an alert is stored in two tables, and again with its triage result
 * and its incident, which change no text.
 */
export const alertTextWords = (alert: Alert): string => {
  const { title, sentence, entities, evidence } = alert
  const before = known.get(evidence)
  if (before && before.entities === entities && before.title === title && before.sentence === sentence)
    return before.words
  const words = searchText(textsOf(alert))
  known.set(evidence, { title, sentence, entities, words })
  return words
}
