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

/** Text, classes, groups and repetitions that RE2 and JavaScript write alike. */
const plain =
  /^(?:[\w\s!"#%&',/:;<=>@_`~-]|\\[dwsDWSbB.\\/()[\]{}+*?^$|]|\[\^?(?:[^\\[\]^]|\\[dws.\\/()*+?$|])+\]|\(\?:|\((?!\?)|[.)|^$]|[*+?]|\{\d{1,3}(?:,\d{0,3})?\})*$/
/** A class with a backslash, and with a hyphen that is not its last character. */
const mixedClass = /\[[^\]]*(?:\\[^\]]*-[^\]]|-[^\]]*\\)/
const mostRepeats = 1_000
/** RE2 bounds how deep groups nest; this many cannot be too deep. */
const mostGroups = 100

/** Whether an expression certainly compiles, which JavaScript finds out in less time. */
const isPlain = (source: string): boolean => {
  if (!plain.test(source) || mixedClass.test(source)) return false
  if (repeats(source) > mostRepeats || source.split('(').length > mostGroups) return false
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}

/** The most times that RE2 writes a part of an expression out: counts within a counted group multiply. */
const repeats = (source: string): number => {
  const counts = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Number(most || least))
  return source.includes('){')
    ? counts.reduce((product, count) => product * Math.max(1, count), 1)
    : Math.max(0, ...counts)
}

/** Puts a backslash before everything that means something in a regular expression. */
export const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
