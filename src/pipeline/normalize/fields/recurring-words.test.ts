import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheWords } from './recurring-words.ts'

const word = fc.string({ minLength: 1, maxLength: 80, unit: fc.constantFrom('a', 'b', '.', 'é', '\ud83d') })

describe('recurring words', () => {
  it('are read correctly each time, at any position', () => {
    const read = (text: string) => (text.includes('bb') ? undefined : text.replaceAll('.', '-'))
    const remembering = cacheWords(read)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), word, (words, before) => {
        for (const each of [...words, ...words, ...words]) {
          expect(remembering(`${before}${each}!`, before.length, before.length + each.length)).toBe(read(each))
        }
      }),
    )
  })

  it('are cached from the second time on', () => {
    const asked: string[] = []
    const remembering = cacheWords((text) => {
      asked.push(text)
      return text
    })
    for (let time = 0; time < 5; time++)
      for (const text of ['db-01', 'a host with a name of some length']) remembering(text)
    expect(asked).toHaveLength(4)
  })

  it('have one answer for all lines from the second time on', () => {
    const remembering = cacheWords((text) => ({ text }))
    remembering('db-01')
    const second = remembering('on db-01', 3)
    expect(remembering('db-01 up', 0, 5)).toBe(second)
    expect(second).toEqual({ text: 'db-01' })
  })
})
