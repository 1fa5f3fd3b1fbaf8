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

/**
 * Finds the first meaning of a text that `accepts` takes, given `about`; undefined for most texts, at the cost of one pass over the text.
 */
export const meaningOf = <About = undefined>(
  text: string,
  accepts: (meaning: Meaning, text: string, about: About | undefined) => boolean = () => true,
  about?: About,
): Meaning | undefined => {
  const found = otherScripts.test(text) ? everyMeaning : scan(text)
  if (found === 0) return undefined
  for (let i = 0; i < compiled.length; i++) {
    const one = compiled[i]
    if (one === undefined || (found & (1 << i)) === 0) continue
    if (one.says.test(text) && !one.unless.test(text) && accepts(one.meaning, text, about)) return one.meaning
  }
  return undefined
}
