import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { hashTexts } from './record-chunk.ts'

describe('hashTexts', () => {
  it('distinguishes the boundaries of texts', () => {
    expect(hashTexts(['ab', 'c'])).not.toBe(hashTexts(['a', 'bc']))
  })

  it('hashes as it did when keys were remembered that are still sent again', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter })), (texts) => {
        const hash = createHash('sha256')
        for (const text of texts) hash.update(`${text.length}:`).update(text)
        expect(hashTexts(texts)).toBe(hash.digest('hex'))
      }),
    )
    expect(hashTexts(['\ud83d', '\ude00'])).toBe(
      createHash('sha256').update('1:').update('\ud83d').update('1:').update('\ude00').digest('hex'),
    )
  })
})
