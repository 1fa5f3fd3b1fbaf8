import type { Noun } from '../api/client.ts'

/** The six words that an alert is closed with, in the order of their keys. */
export const resolutions = [
  { value: 'true_positive', word: 'True positive', help: 'It was real, and bad.' },
  { value: 'benign_positive', word: 'Benign true positive', help: 'It happened, and is harmless.' },
  { value: 'false_positive', word: 'False positive', help: 'It is not what it looks like.' },
  { value: 'duplicate', word: 'Duplicate', help: 'It is dealt with elsewhere.' },
  { value: 'expected', word: 'Expected', help: 'Maintenance, a test, a drill.' },
  { value: 'other', word: 'Other', help: 'Say what in the note.' },
] as const satisfies readonly { value: Noun<'Resolution'>; word: string; help: string }[]

/** `benign_positive` in words. */
export const resolutionWord = (resolution: string): string =>
  resolutions.find(({ value }) => value === resolution)?.word.toLowerCase() ?? toWords(resolution)

const statusWords: Readonly<Record<Noun<'Alert'>['status'], string>> = {
  new: 'new',
  triaged: 'triaged',
  investigating: 'in progress',
  resolved: 'resolved',
  false_positive: 'false positive',
  suppressed: 'hidden as normal',
}

/** The status of an alert in words. */
export const statusWord = (status: Noun<'Alert'>['status']): string => statusWords[status]

/** `likely_malicious` in words. */
export const toWords = (name: string): string => name.replaceAll('_', ' ')

/** Whether an alert waits for a decision. */
export const isOpen = ({ status }: Pick<Noun<'Alert'>, 'status'>): boolean =>
  status === 'new' || status === 'triaged' || status === 'investigating'
