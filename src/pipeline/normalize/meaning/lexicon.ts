import { cacheWords } from '../fields/recurring-words.ts'
import { changedPrivileges, lockedAccount, newAccount } from './account-changes.ts'
import { failedLogin } from './failed-login.ts'
import type { Meaning } from './meaning.ts'
import { changedPackage } from './package-changes.ts'
import { crashedService, startedService } from './service-changes.ts'
import { createStemScan } from './stem-scan.ts'
import { successfulLogin } from './successful-login.ts'

/** All meanings, in order of precedence. */
export const meanings: readonly Meaning[] = [
  failedLogin,
  successfulLogin,
  lockedAccount,
  newAccount,
  changedPrivileges,
  crashedService,
  startedService,
  changedPackage,
]

const scan = createStemScan(meanings.map(({ stems }) => stems))
const compiled = meanings.map((meaning) => ({
  meaning,
  says: new RegExp(meaning.says.join('|'), 'i'),
  unless: new RegExp(meaning.unless.join('|'), 'i'),
}))

/** Greek, Cyrillic, Japanese, Chinese and Korean letters, of which the scan for stems knows nothing. */
const otherScripts = /[\u0370-\u03ff\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/
const everyMeaning = (1 << meanings.length) - 1

const stemsIn = (text: string): number => (otherScripts.test(text) ? everyMeaning : scan(text))

/** Returns the position of the first meaning that a text has, from one position on; −1 if it has none. */
const nextMeaning = (text: string, from: number): number => {
  const found = stemsIn(text)
  return compiled.findIndex(
    ({ says, unless }, i) => i >= from && (found & (1 << i)) !== 0 && says.test(text) && !unless.test(text),
  )
}

/** Many programs write the same few sentences again and again. */
const firstMeaning = cacheWords((text) => nextMeaning(text, 0))

/**
 * Finds the first meaning of a text that `accepts` takes, given `about`; undefined for most texts, at the cost of one pass over the text.
 */
export const meaningOf = <About = undefined>(
  text: string,
  accepts: (meaning: Meaning, text: string, about: About | undefined) => boolean = () => true,
  about?: About,
): Meaning | undefined => {
  if (stemsIn(text) === 0) return undefined
  for (let i = firstMeaning(text); i >= 0; i = nextMeaning(text, i + 1)) {
    const meaning = meanings[i]
    if (meaning !== undefined && accepts(meaning, text, about)) return meaning
  }
  return undefined
}
