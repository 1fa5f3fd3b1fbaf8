import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecords } from './record-body.ts'

async function* pieces(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const textsOf = async (text: string, type?: string, size = 65_536) =>
  (await Array.fromAsync(readRecords(pieces(text, size), type))).flatMap((chunk) => chunk.texts)

describe('a body of records', () => {
  it.each([
    ['[2026-01-15 10:00:00] starting', ['[2026-01-15 10:00:00] starting']],
    ['[error] no', ['[error] no']],
    ['{"a":1}', ['{"a":1}']],
    ['{\n "a": 1\n}', ['{"a":1}']],
    ['{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['["a","b"]', ['a', 'b']],
    ['  \n["a"]', ['a']],
    ['Jan 15 10:00:00 host sshd[1]: hello\r\nsecond', ['Jan 15 10:00:00 host sshd[1]: hello', 'second']],
  ])('is detected from its content: %j', async (text, texts) => {
    expect(await textsOf(text)).toEqual(texts)
  })

  it('keeps a broken line of many as it is', async () => {
    expect(await textsOf('{"a":1}\n{"a":\n{"b":2}', 'application/x-ndjson')).toEqual(['{"a":1}', '{"a":', '{"b":2}'])
  })

  it('makes the same chunks however its bytes arrive', async () => {
    const text = Array.from({ length: 9_000 }, (_, i) => `línea ${i} ${'x'.repeat(i % 700)}`).join('\n')
    const hashes = async (size: number) =>
      (await Array.fromAsync(readRecords(pieces(text, size), 'text/plain'))).map(({ hash }) => hash())
    const whole = await hashes(1e9)
    expect(whole.length).toBeGreaterThan(2)
    expect(await hashes(1_000)).toEqual(whole)
    expect(await hashes(65_537)).toEqual(whole)
  })

  it('never throws on plain lines and loses none', async () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => /^[^\s{[\]}]\S*$/.test(text) && !/[\r\n\ufeff]/.test(text))
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 50 }), async (lines, size) => {
        const texts = await textsOf(lines.join('\n'), 'text/plain', size)
        expect(texts.join('\n')).toEqual(lines.join('\n'))
      }),
    )
  })
})
