import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { createScanner } from './scanner.ts'

const words =
  'a face deadbeef abcdef0 node- /dev/ :: : . - _ , ; = k= "q ( ) [ ] { } < > | % @ # \' " KB s true null Mar Jul Sun ** ? é user GET https:// ?q= file'
const piece = fc.oneof(fc.constantFrom(...words.split(' ')), fc.nat().map(String), fc.constant(' '))
const line = fc.array(piece, { minLength: 1, maxLength: 16 }).map((pieces) => pieces.join(''))

const signature = (scanner: ReturnType<typeof createScanner>, text: string) => {
  scanner.scan(text)
  const { low, high, count, keepsDigits } = scanner
  return { low, high, count, keepsDigits }
}

describe('the scanner', () => {
  it('reads a line the same whatever it read before', () => {
    const used = createScanner()
    const same = (text: string, before: string): void => {
      used.scan(before)
      expect(signature(used, text)).toEqual(signature(createScanner(), text))
    }
    same('due in Mar ', 'due in March, on day 7 of it')
    same('Mar', 'Mar    11')
    fc.assert(fc.property(line, line, same), { numRuns: runs(2_000), seed: 7 })
  })

  it('gives lines that differ in the digits of values only one signature', () => {
    const scanner = createScanner()
    const same = (text: string, digits: readonly number[]): void => {
      let next = 0
      const other = text.replace(/\d+/g, () => String(digits[next++ % digits.length]))
      const one = signature(scanner, text)
      if (!one.keepsDigits) expect(signature(scanner, other)).toEqual(one)
    }
    same('stage 12:done', [7])
    fc.assert(fc.property(line, fc.array(fc.nat(), { minLength: 1 }), same), { numRuns: runs(10_000), seed: 7 })
  })
})
