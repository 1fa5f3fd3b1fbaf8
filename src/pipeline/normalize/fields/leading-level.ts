import type { Draft } from '../draft.ts'
import { isLetter } from '../letters.ts'
import { isDigitCode } from '../time/calendar.ts'
import { toSureLevel } from './level.ts'

/** Reads the level at the start of a message: `ERROR: …`, `[warn] …`, also behind numbers: ` 0(4711) ERROR: …`, `12: : ERROR: …`. */
export const addLeadingLevel = (message: string, fields: Draft): void => {
  if (fields['log.level'] !== undefined) return
  const open = message.charCodeAt(0)
  if (open === 32 || isDigitCode(open)) {
    const numbered = /^[\d ():.]{1,24}(?<![\d.])([A-Z]{4,9}): /.exec(message.slice(0, 40))
    if (numbered?.[1] !== undefined) addLevel(numbered[1], fields)
    return
  }
  const at = open === 91 || open === 60 ? 1 : 0
  let end = at
  while (end < at + 14 && isLetter(message.charCodeAt(end))) end++
  const after = message.charCodeAt(end)
  // A plain word counts only in capitals or before a colon, because "error" may begin a sentence.
  const word = message.slice(at, end)
  // logrus on a terminal: WARN[0012] …
  if (after === 91 && end === 4 && /^[A-Z]{4}\[\d{4}\]/.test(message.slice(0, 10))) addLevel(word, fields)
  if (
    word === '' ||
    !(after === 58 || after === 93 || after === 62 || after === 124 || (after === 32 && word === word.toUpperCase()))
  )
    return
  addLevel(word, fields)
}

const addLevel = (word: string, fields: Draft): void => {
  const level = toSureLevel(word)
  if (level) fields['log.level'] = level
}
