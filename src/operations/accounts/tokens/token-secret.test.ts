import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatToken, hashToken, readToken } from './token-secret.ts'

const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), minLength: 32, maxLength: 64 })

describe('a token', () => {
  it('names its purpose', () => {
    fc.assert(fc.property(secret, (text) => readToken(formatToken('ingest', text))?.purpose === 'ingest'))
  })

  it('is rejected after a one-character change', () => {
    fc.assert(
      fc.property(secret, fc.nat(), (text, place) => {
        const token = formatToken('admin', text)
        const at = place % token.length
        const changed = token.slice(0, at) + (token[at] === 'q' ? 'r' : 'q') + token.slice(at + 1)
        expect(readToken(changed)).toBeUndefined()
      }),
    )
  })

  it('does not appear in its hash', () => {
    expect(hashToken('vdt_admin_x')).toMatch(/^[0-9a-f]{64}$/)
  })
})
