import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashToken, readToken, spellToken } from './token-secret.ts'

const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), minLength: 32, maxLength: 64 })

describe('a token', () => {
  it('tells what it is for', () => {
    fc.assert(fc.property(secret, (text) => readToken(spellToken('ingest', text))?.purpose === 'ingest'))
  })

  it('is refused when one character is another', () => {
    fc.assert(
      fc.property(secret, fc.nat(), (text, place) => {
        const token = spellToken('admin', text)
        const at = place % token.length
        const changed = token.slice(0, at) + (token[at] === 'q' ? 'r' : 'q') + token.slice(at + 1)
        expect(readToken(changed)).toBeUndefined()
      }),
    )
  })

  it('is never in its hash', () => {
    expect(hashToken('vdt_admin_x')).toMatch(/^[0-9a-f]{64}$/)
  })
})
