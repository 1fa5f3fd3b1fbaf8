import type { ObservableType } from '../../schema/intelligence/indicator.ts'

/** One value that a pattern compares with. */
export interface PatternValue {
  readonly type: ObservableType
  readonly value: string
}

const paths: readonly (readonly [RegExp, ObservableType])[] = [
  [/^ipv[46]-addr:value$/, 'ip'],
  [/^network-traffic:(src|dst)_ref\.value$/, 'ip'],
  [/^domain-name:value$/, 'domain'],
  [/^url:value$/, 'url'],
  [/^file:hashes\.'?(MD5|SHA-?1|SHA-?256|SHA-?512)'?$/i, 'hash'],
  [/^artifact:hashes\.'?(MD5|SHA-?1|SHA-?256|SHA-?512)'?$/i, 'hash'],
  [/^(email-addr:value|email-message:(from|sender)_ref\.value)$/, 'email'],
  [/^x509-certificate:hashes\.'?(MD5|SHA-?1|SHA-?256)'?$/i, 'certificate'],
]

// An unclosed string extends to the end, so that the match stays linear.
const token = /\s*(?:'((?:[^'\\]|\\.)*)\\?('|$)|([[\]()]|!=|=)|([\w:.-]+(?:'[\w-]+'(?:\.[\w-]+)*)?(?:\[\*\])?)|(.))/gy

/**
 * Returns the values of a STIX 2.1 pattern if each of them matches on its own: `[ipv4-addr:value = '203.0.113.9' OR domain-name:value IN
 * ('a.example', 'b.example')]`. Returns undefined for other patterns: AND, NOT, sequences, numeric ranges, LIKE, MATCHES. Takes linear
 * time.
 */
export const readStixPattern = (pattern: string): readonly PatternValue[] | undefined => {
  const found: PatternValue[] = []
  const tokens = tokensOf(pattern)
  let at = 0
  const next = () => tokens[at++]
  while (at < tokens.length) {
    const path = next()
    if (path?.kind === 'sign' && /[[\]()]/.test(path.text)) continue
    if (path?.kind !== 'word') return undefined
    if (path.text.toUpperCase() === 'OR') continue
    const type = paths.find(([names]) => names.test(path.text))?.[1]
    const operator = next()
    if (type === undefined || !operator) return undefined
    if (operator.text === '=' || (operator.kind === 'word' && operator.text.toUpperCase() === 'ISSUBSET')) {
      const value = next()
      if (value?.kind !== 'text') return undefined
      found.push({ type, value: value.text })
    } else if (operator.kind === 'word' && operator.text.toUpperCase() === 'IN') {
      if (next()?.text !== '(') return undefined
      for (let value = next(); value?.text !== ')' || value.kind === 'text'; value = next()) {
        if (value?.kind === 'text') found.push({ type, value: value.text })
        else if (value?.text !== ',') return undefined
      }
    } else return undefined
  }
  return found.length > 0 ? found : undefined
}

interface Token {
  readonly kind: 'text' | 'sign' | 'word'
  readonly text: string
}

const tokensOf = (pattern: string): readonly Token[] =>
  [...pattern.matchAll(token)].flatMap(([, text, end, sign, word, other]): readonly Token[] => {
    if (end === "'") return [{ kind: 'text', text: (text ?? '').replace(/\\(.)/g, '$1') }]
    if (word !== undefined) return [{ kind: 'word', text: word }]
    const symbol = sign ?? other ?? text ?? ''
    return symbol.trim() === '' ? [] : [{ kind: 'sign', text: symbol }]
  })
