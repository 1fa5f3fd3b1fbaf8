import { RE2JS, RE2JSException } from 're2js'
import { Refusal } from '../read/refusal.ts'
import type { ValueTest } from '../test.ts'

const longest = 10_000

/**
 * Compiles a regular expression that matches anywhere in a text, in time linear in the text (RE2: Cox 2007). Look-around and
 * back-references cannot be had that way; they are refused. `flags` are of `i`, `m`, `s`.
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
    const compiled = RE2JS.compile(source, bits)
    return { type: 'regex', source, flags, matches: (value) => compiled.test(value) }
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

/** Puts a backslash before everything that means something in a regular expression. */
export const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
