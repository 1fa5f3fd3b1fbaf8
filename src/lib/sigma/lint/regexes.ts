import { type Check, eachValue, type LintFinding, type LintItem, type LintSubject, quoteValue, warn } from './check.ts'

/** Checks of regular expressions: the slowest tests, and the most error-prone. */
export const regexChecks: readonly Check[] = [
  warn('re-literal', 'A regular expression without anything but letters is a slower |contains.', (subject) =>
    eachRegex(subject, (source) =>
      isLiteral(source)
        ? {
            message: `The expression ${quoteValue(source)} is a plain text.`,
            hint: `Use |contains, or |contains|cased: '${plain(source)}'.`,
          }
        : undefined,
    ),
  ),
  warn('re-anchored-literal', 'A plain text with an anchor is what |startswith and |endswith are for.', (subject) =>
    eachRegex(subject, (source) => {
      const [, front, text = '', end] = source.match(/^(\^?)(.*?)(\$?)$/s) ?? []
      if ((!front && !end) || text === '' || text.endsWith('\\') || !isLiteral(text)) return undefined
      const modifier = front && end ? 'the plain field' : front ? '|startswith' : '|endswith'
      return {
        message: `The expression ${quoteValue(source)} is a plain text with an anchor.`,
        hint: `Use ${modifier}.`,
      }
    }),
  ),
  warn('re-outer-wildcard', 'An expression is looked for anywhere, so ".*" at its ends only costs time.', (subject) =>
    eachRegex(subject, (source) =>
      /^\.\*\??(?!$)/.test(source) || /[^\\]\.\*\??$/.test(source)
        ? { message: `The expression ${quoteValue(source)} starts or ends with ".*".`, hint: 'Leave it out.' }
        : undefined,
    ),
  ),
  warn('re-inline-flag', 'Flags belong to the modifiers, where every tool reads them.', (subject) =>
    eachRegex(subject, (source) => {
      const [, flags] = source.match(/^\(\?([ims]+)\)/) ?? []
      return flags === undefined
        ? undefined
        : {
            message: `The expression has the flags "${flags}" in itself.`,
            hint: `Write |re|${[...flags].join('|')} and leave out "(?${flags})".`,
          }
    }),
  ),
  warn('re-case-classes', 'A class of both cases for each letter is what the flag i is for.', (subject) =>
    eachRegex(subject, (source, { modifiers }) =>
      !modifiers.includes('i') &&
      (source.match(/\[([a-z])([A-Z])\]|\[([A-Z])([a-z])\]/g) ?? []).filter(
        ([, a = '', b = '']) => a.toLowerCase() === b.toLowerCase(),
      ).length > 1
        ? { message: 'The expression spells out both cases of letters.', hint: 'Use |re|i.' }
        : undefined,
    ),
  ),
  warn('re-plain-dot', 'An unescaped dot in a file or host name stands for any character.', (subject) =>
    eachRegex(subject, (source) => {
      const [found] = source.match(/(?<![\\.\w])[a-z]\w{2,}\.(?:exe|dll|ps1|bat|vbs|com|net|org|sys)\b/i) ?? []
      return found === undefined
        ? undefined
        : { message: `The dot in ${quoteValue(found)} stands for any character.`, hint: 'Write "\\.".' }
    }),
  ),
  warn('re-multiline-unused', 'The flag m changes ^ and $ only.', (subject) =>
    eachRegex(subject, (source, { modifiers }) =>
      modifiers.includes('m') && !/(?<!\\)[$^]/.test(source)
        ? { message: 'The flag m has no effect without ^ or $.', hint: 'Leave it out.' }
        : undefined,
    ),
  ),
  warn('re-dot-all-unused', 'The flag s changes the dot only.', (subject) =>
    eachRegex(subject, (source, { modifiers }) =>
      modifiers.includes('s') && !/(?<!\\)\./.test(source)
        ? { message: 'The flag s has no effect without a dot.', hint: 'Leave it out.' }
        : undefined,
    ),
  ),
  warn('re-empty-alternative', 'An empty alternative is true of everything.', (subject) =>
    eachRegex(subject, (source) =>
      /(?<!\\)\|\||\|$|^\|/.test(source.replaceAll(/\\\\/g, '')) && !source.endsWith('\\|')
        ? {
            message: `The expression ${quoteValue(source)} has an empty alternative.`,
            hint: 'Leave the bar out, or escape it.',
          }
        : undefined,
    ),
  ),
]

const eachRegex = (
  subject: LintSubject,
  say: (source: string, item: LintItem) => Omit<LintFinding, 'line'> | undefined,
): readonly LintFinding[] =>
  eachValue(subject, (text, item) => (item.modifiers.includes('re') ? say(text, item) : undefined))

const isLiteral = (source: string): boolean =>
  source !== '' && /^(?:[^\\^$.*+?()[\]{}|]|\\[^a-zA-Z0-9])*$/s.test(source)

const plain = (source: string): string => source.replaceAll(/\\(.)/gs, '$1')
