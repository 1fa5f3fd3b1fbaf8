import { RE2JS, RE2JSException } from 're2js'
import { Refusal } from '../read/refusal.ts'
import type { ValueTest } from '../test.ts'

const longest = 10_000

/**
 * Compiles a regular expression that matches anywhere in a text, in time linear in the text (RE2: Cox 2007). Look-around and
 * back-references cannot be had that way; they are refused. `flags` are of `i`, `m`, `s`. Plain expressions are compiled at their first
 * use, because most events never reach most rules.
 */
export const compileRegex = (
  source: string,
  flags: string,
  path: readonly string[],
): Extract<ValueTest, { type: 'regex' }> => {
  if (source.length > longest)
    throw new Refusal('bad-regex', `The regular expression is longer than ${longest} characters.`, path)
  try {
    const bits =
      (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
      (flags.includes('m') ? RE2JS.MULTILINE : 0) |
      (flags.includes('s') ? RE2JS.DOTALL : 0)
    let compiled = isPlain(source) ? undefined : RE2JS.compile(source, bits)
    return {
      type: 'regex',
      source,
      flags,
      matches(value) {
        compiled ??= RE2JS.compile(source, bits)
        return compiled.test(value)
      },
    }
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const isLookAround = /\(\?(<?[=!])/.test(source)
    throw new Refusal(
      'bad-regex',
      `The regular expression "${source}" cannot be used: ${error.message}.`,
      path,
      isLookAround || /\\[1-9]/.test(source)
        ? 'Look-around and back-references are not supported, because they can take for ever. Use a second selection and "not".'
        : undefined,
    )
  }
}

/** Text, classes, groups and repetitions that RE2 and JavaScript write alike. Ranges of a class are between two characters. */
const plain =
  /^(?:[\w\s!"#%&',/:;<=>@_`~-]|\\[dwsDWSbBtnrfv.\\/()[\]{}+*?^$|]|\\x[\dA-Fa-f]{2}|\[\^?-?(?:[^\\[\]^-](?:-[^\\[\]^-])?|\\[dwstnrfv.\\/()[\]{}*+?^$|]|\\x[\dA-Fa-f]{2}(?!-))+-?\]|\(\?:|\((?!\?)|[.)|^$]|[*+?]|\{\d{1,4}(?:,\d{0,4})?\})*$/
const mostRepeats = 1_000
/** RE2 bounds how deep groups nest; this many cannot be too deep. */
const mostGroups = 100

/** Whether an expression certainly compiles, which JavaScript finds out in less time. */
const isPlain = (source: string): boolean => {
  if (!plain.test(source) || repeats(source) > mostRepeats || source.split('(').length > mostGroups) return false
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}

/** The most times that RE2 writes a part of a plain expression out: counts within a counted group multiply. */
const repeats = (source: string): number => {
  // The product of all counts is never less than that, and mostly small.
  const product = source
    .matchAll(/\{(\d+)(?:,(\d*))?\}/g)
    .reduce((found, [, least, upTo]) => found * Math.max(1, Number(upTo || least)), 1)
  if (product <= mostRepeats) return product
  let most = 1
  // The most within the groups around a part, and within the part before a count.
  const outer: number[] = []
  let last = 1
  for (const [token, least, upTo] of source.matchAll(/\\.|\[(?:\\.|[^\\\]])*\]|\{(\d+)(?:,(\d*))?\}|./gs)) {
    if (token === '(') {
      outer.push(most)
      most = 1
    } else if (token === ')') {
      last = most
      most = Math.max(most, outer.pop() ?? 1)
    } else {
      last = least === undefined ? 1 : last * Math.max(1, Number(upTo || least))
      most = Math.max(most, last)
    }
  }
  return most
}

/** Puts a backslash before everything that means something in a regular expression. */
export const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
