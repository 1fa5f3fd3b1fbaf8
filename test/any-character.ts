import fc from 'fast-check'

const surrogates = { first: 0xd800, count: 0x800 }

/**
 * Any character but half a surrogate pair, for `fc.string({ unit: anyCharacter })`. The unit `binary` of fast-check is the same, but first
 * lists all of them, which takes each worker a second and a large part of its memory.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat(0x10ffff - surrogates.count).map(
  (number) => String.fromCodePoint(number < surrogates.first ? number : number + surrogates.count),
  (character) => {
    const code = typeof character === 'string' ? (character.codePointAt(0) ?? -1) : -1
    const number = code < surrogates.first ? code : code - surrogates.count
    const isHalf = code >= surrogates.first && number < surrogates.first
    if (code < 0 || isHalf || character !== String.fromCodePoint(code)) throw new Error('not one character')
    return number
  },
)
