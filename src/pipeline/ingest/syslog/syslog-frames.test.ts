import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { readFrames } from './syslog-frames.ts'

/** Reads bytes in chunks of the given sizes. */
const readAll = (bytes: Buffer, sizes: readonly number[] = [bytes.length], longest = 1_000): readonly string[] => {
  const reader = readFrames(longest)
  const texts: string[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1)
    texts.push(...reader.push(bytes.subarray(at, at + size)))
    at += size
  }
  return [...texts, ...reader.flush()]
}

const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`
const messages = fc.array(
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .map((text) => `<34>1 - - - - - - a${text.replace(/[\n\r\0]/g, ' ')}b`),
  { minLength: 1, maxLength: 20 },
)
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 })

describe('readFrames', () => {
  it('reads counted messages, however they are divided', () => {
    fc.assert(
      fc.property(messages, sizes, fc.boolean(), (texts, parts, ended) => {
        const bytes = Buffer.from(texts.map((text) => counted(text) + (ended ? '\n' : '')).join(''))
        expect(readAll(bytes, parts)).toEqual(texts)
      }),
      { numRuns: runs(200) },
    )
  })

  it('reads lines, however they are divided', () => {
    fc.assert(
      fc.property(messages, sizes, fc.constantFrom('\n', '\r\n', '\n\0'), (texts, parts, end) => {
        const lines = readAll(Buffer.from(texts.map((text) => text + end).join('')), parts)
        expect(lines.map((line) => line.replace(/^\0/, ''))).toEqual(texts)
      }),
      { numRuns: runs(200) },
    )
  })

  it('never fails, and returns messages within the limit', () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('7 <', '9999999 <', '<34>', '0 ', '12 ', '\n').map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), sizes, (bytes, parts) => {
        const texts = readAll(Buffer.concat(bytes), parts, 50)
        expect(texts.every((text) => text !== '' && text.length <= 50 * 500)).toBe(true)
      }),
      { numRuns: runs(300) },
    )
  })

  it('keeps line breaks in a counted message', () => {
    expect(readAll(Buffer.from(counted('<34>1 two\n lines')))).toEqual(['<34>1 two\n lines'])
  })

  it('joins a stack trace to its line', () => {
    const lines = '<34>1 - - - - - - boom\n\tat Main.java:1\n<34>1 - - - - - - next\n'
    expect(readAll(Buffer.from(lines))).toEqual(['<34>1 - - - - - - boom\n\tat Main.java:1', '<34>1 - - - - - - next'])
  })

  it.each(['2026-01-15T10:00:00Z web-01 app: started', '57 bottles', '0 <34>', '12345678 <34>'])(
    'takes no count from %s',
    (line) => {
      expect(readAll(Buffer.from(`${line}\n${line}\n`), [1])).toEqual([line, line])
    },
  )

  it('cuts a long message and reads the next one', () => {
    const long = `<34>1 ${'ä'.repeat(3_000)}`
    const texts = readAll(Buffer.from(counted(long) + counted('<34>1 next')), [97])
    expect(texts).toEqual([long.slice(0, 503), '<34>1 next'])
    expect(readAll(Buffer.from(`${long}\n<34>1 next\n`), [97])).toEqual([long.slice(0, 503), '<34>1 next'])
  })

  it('continues at the next line after a wrong count', () => {
    const bytes = Buffer.from(`5 <34>1 wrong\n${counted('<34>1 right')}`)
    expect(readAll(bytes)).toEqual(['<34>1', ' wrong', '<34>1 right'])
  })
})
