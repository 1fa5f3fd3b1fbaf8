import type { FieldValue } from '../../../schema/event/event.ts'
import { toSureLevel } from './level.ts'

/** Several words with a letter at the start, and no list, path or code. */
const sentence = /^["'(¿¡]?\p{L}[^{}<>|\\]*\s\S*\s/u
const twoWords = /^["'(¿¡]?\p{L}{3,}\s\p{L}[\p{L}\s\d.,:'"%()-]*$/u
/** Words of a writing without spaces between them. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{6,}/u
const host =
  /^(?:[a-z][a-z\d]*(?:-[a-z\d]+){0,4}-\d{1,4}|(?=.{4,253}$)[a-z\d][a-z\d-]*(?:\.[a-z\d-]+){1,5}\.[a-z]{2,24})$/i
const account = /^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+){1,5}$/

export const looksLikeLevel = (value: FieldValue): boolean =>
  typeof value === 'string' && toSureLevel(value) !== undefined

export const looksLikeHost = (value: FieldValue): boolean => typeof value === 'string' && host.test(value)

export const looksLikeAccount = (value: FieldValue): boolean => typeof value === 'string' && account.test(value)

export const looksLikeSentence = (value: FieldValue): boolean =>
  typeof value === 'string' && (sentence.test(value) || unspaced.test(value))

export const looksLikeWords = (value: FieldValue): boolean => typeof value === 'string' && twoWords.test(value)
