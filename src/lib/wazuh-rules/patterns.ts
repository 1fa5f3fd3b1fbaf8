import { RE2JS } from 're2js'

/** One way to hold a value against something, in Sigma's words. */
export interface PatternComparison {
  /** `contains`, `re|i`, … or empty: the whole value. */
  readonly modifiers: string
  /** As Sigma writes it: wildcards escaped. */
  readonly value: string | number
}

/** A pattern in Sigma's words: any of the comparisons. None at all: everything matches. */
export type Translation =
  | { readonly any: readonly PatternComparison[]; readonly negated: boolean; readonly note?: string }
  | { readonly reason: string }

export const patternTypes = ['osmatch', 'osregex', 'pcre2', 'string'] as const
export type PatternType = (typeof patternTypes)[number]

/** Translates a pattern of one of Wazuh's kinds. OSMatch and OSRegex are case-insensitive, PCRE2 is case-sensitive. */
export const translatePattern = (pattern: string, type: PatternType): Translation => {
  switch (type) {
    case 'string':
      return { any: [{ modifiers: 'cased', value: escapeSigma(pattern) }], negated: false }
    case 'osmatch':
      return translateMatch(pattern)
    case 'osregex':
      return translateRegex(pattern)
    case 'pcre2':
      return translatePcre(pattern)
  }
}

/** Writes text so that Sigma takes none of it for a wildcard. */
export const escapeSigma = (text: string): string => text.replace(/[\\*?]/g, '\\$&')

const emptyNote = (pattern: string): string =>
  `An alternative of "${short(pattern)}" is empty, so it matches everything, in Wazuh and here.`

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** OSMatch: text, `^`, `$`, `|` between alternatives, and a `!` in front that turns the whole round. */
const translateMatch = (pattern: string): Translation => {
  const negated = pattern.startsWith('!')
  const alternatives = (negated ? pattern.slice(1) : pattern).split('|')
  const any: PatternComparison[] = []
  for (const alternative of alternatives) {
    const start = alternative.startsWith('^')
    const end = alternative.length > (start ? 1 : 0) && alternative.endsWith('$')
    const text = alternative.slice(start ? 1 : 0, end ? -1 : undefined)
    if (text === '' && !(start && end)) return { any: [], negated, note: emptyNote(pattern) }
    any.push({ modifiers: modifierOf(start, end), value: escapeSigma(text) })
  }
  return { any, negated }
}

const modifierOf = (start: boolean, end: boolean): string =>
  start ? (end ? '' : 'startswith') : end ? 'endswith' : 'contains'

/** The escapes of OSRegex, in RE2's words. */
const classes: Readonly<Record<string, string>> = {
  d: '[0-9]',
  w: '[A-Za-z0-9@_-]',
  s: ' ',
  p: '[!-.:-?\\[\\]{-}]',
  D: '[^0-9]',
  W: '[^A-Za-z0-9@_-]',
  S: '[^ ]',
  '.': '.',
  t: '\\t',
}
const escapable = '()\\$|<'

/** OSRegex: alternatives of literals and classes; `+` and `*` only behind a class; parentheses only capture. */
const translateRegex = (pattern: string): Translation => {
  const any: { modifiers: string; value: string }[] = []
  for (const alternative of splitRegex(pattern)) {
    const start = alternative.startsWith('^')
    const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(alternative) && alternative.length > (start ? 1 : 0)
    const body = alternative.slice(start ? 1 : 0, end ? -1 : undefined)
    let regex = ''
    let glob: string | undefined = ''
    let hasAny = false
    for (let i = 0; i < body.length; i++) {
      const char = body[i] ?? ''
      if (char === '(' || char === ')') continue
      if (char !== '\\') {
        regex += escapeRegex(char)
        if (glob !== undefined) glob += escapeSigma(char)
        continue
      }
      const next = body[++i] ?? ''
      if (escapable.includes(next) && next !== '') {
        regex += escapeRegex(next)
        if (glob !== undefined) glob += escapeSigma(next)
        continue
      }
      const translated = classes[next]
      if (translated === undefined) {
        return {
          reason: `The regex "${short(pattern)}" has \\${next}, which OSRegex does not know. Correct the rule, or say type="pcre2".`,
        }
      }
      const many = body[i + 1]
      const quantifier = many === '+' || many === '*' ? many : ''
      if (quantifier !== '') i++
      regex += translated + quantifier
      if (next === '.') hasAny = true
      glob =
        next === '.' && glob !== undefined
          ? glob + (quantifier === '*' ? '*' : quantifier === '+' ? '?*' : '?')
          : undefined
    }
    if (body === '' && !(start && end)) return { any: [], negated: false, note: emptyNote(pattern) }
    any.push(
      glob === undefined
        ? { modifiers: 're|i', value: `${hasAny ? '(?s)' : ''}${start ? '^' : ''}${regex}${end ? '$' : ''}` }
        : { modifiers: modifierOf(start, end), value: glob },
    )
  }
  return checked(any, pattern)
}

/** Splits at bars that are not behind a backslash. */
const splitRegex = (pattern: string): readonly string[] => {
  const parts = ['']
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '|') parts.push('')
    else parts[parts.length - 1] += char === '\\' ? char + (pattern[++i] ?? '') : char
  }
  return parts
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** The features that PCRE2 has and RE2 has not: they need backtracking, without a bound on the time. */
const impossible: readonly (readonly [RegExp, string])[] = [
  [
    /\(\?(?:=|!|<=|<!)/,
    'looks ahead or behind ((?=…), (?!…), (?<=…), (?<!…)). Say what must not be there with a second <match negate="yes">',
  ],
  [/\\[1-9]|\\g[{\d+-]|\\k[<{']|\(\?P=/, 'refers back to a group (\\1)'],
  [/\(\?>|[*+?}]\+/, 'holds on to what it matched ((?>…), ++, *+). Leave the second + away'],
  [/\(\?(?:R|\d|[+-]\d|&|P>)|\(\?\(/, 'calls itself, or has a condition in it'],
  [/\(\*[A-Z]/, 'has a verb like (*SKIP)'],
  [/\\[GKXNC]/, 'has \\G, \\K, \\X, \\N or \\C'],
]

/** PCRE2, as far as RE2 knows it. Literals become plain comparisons. */
const translatePcre = (pattern: string): Translation => {
  const bare = pattern.replace(/\\\\/g, '__').replace(/\[(?:\\[\s\S]|\[:[a-z]+:\]|[^\]\\])+\]/g, '[]')
  for (const [what, words] of impossible) {
    if (what.test(bare))
      return { reason: `The pattern "${short(pattern)}" ${words}; the regular expressions here (RE2) cannot.` }
  }
  const plain = /^(\(\?i\))?(\^)?((?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9])*)(\$)?$/.exec(pattern)
  const literal = plain?.[3]
  if (literal !== undefined && literal !== '') {
    const modifier = modifierOf(plain?.[2] !== undefined, plain?.[4] !== undefined)
    const cased = plain?.[1] === undefined && /\p{L}/u.test(literal) ? 'cased' : ''
    const modifiers = [modifier, cased].filter((word) => word !== '').join('|')
    return { any: [{ modifiers, value: escapeSigma(literal.replace(/\\(.)/g, '$1')) }], negated: false }
  }
  if (pattern === '') return { any: [], negated: false, note: emptyNote(pattern) }
  const insensitive = pattern.startsWith('(?i)')
  const value = translatePairs(insensitive ? pattern.slice(4) : pattern)
  return checked(
    [{ modifiers: insensitive ? 're|i' : 're', value: value.replace(/\(\?<([A-Za-z_])/g, '(?P<$1') }],
    pattern,
  )
}

const pcrePairs: Readonly<Record<string, string>> = {
  '\\h': '[\\t ]',
  '\\H': '[^\\t ]',
  '\\R': '(?:\\r\\n|[\\n\\r])',
  '\\Z': '\\n?\\z',
  '\\e': '\\x1b',
  '\\/': '/',
  '\\"': '"',
  "\\'": "'",
}

/** Translates escapes, outside of classes in brackets and within. */
const translatePairs = (regex: string): string =>
  regex.replace(/\[\^?\]?(?:\\[\s\S]|\[:\^?[a-z]+:\]|[^\]\\])*\]|\\[\s\S]/g, (piece) =>
    piece.startsWith('[')
      ? piece.replace(/\\[\s\S]/g, (pair) => (pair === '\\h' ? '\\t ' : pair))
      : (pcrePairs[piece] ?? piece),
  )

/** Makes sure that RE2 takes the regular expressions. */
const checked = (any: readonly (PatternComparison & { readonly value: string })[], pattern: string): Translation => {
  for (const { modifiers, value } of any) {
    if (!modifiers.startsWith('re')) continue
    try {
      RE2JS.compile(value)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { reason: `The pattern "${short(pattern)}" is no regular expression that RE2 knows: ${short(why)}.` }
    }
  }
  return { any, negated: false }
}
