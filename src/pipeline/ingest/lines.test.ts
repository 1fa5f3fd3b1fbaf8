import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines, type TextLine } from './lines.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const texts = (lines: readonly TextLine[]): string[] => lines.map(({ text }) => text)

const split = (text: string, options = {}): TextLine[] => {
  const splitter = splitLines(options)
  return [...splitter.push(bytes(text)), ...splitter.flush()]
}

describe('splitLines', () => {
  it('splits at line feeds only, and drops one carriage return', () => {
    expect(texts(split('a\r\nb\n\nc\rd\u2028e\r\r\nf'))).toEqual(['a', 'b', '', 'c\rd\u2028e\r', 'f'])
  })

  it('splits at carriage returns if there are no line feeds', () => {
    expect(texts(split('Dec 10 a\rDec 10 b\rDec 10 c'))).toEqual(['Dec 10 a', 'Dec 10 b', 'Dec 10 c'])
    expect(texts(split('one\rline'))).toEqual(['one\rline'])
    const long = Array.from({ length: 900 }, (_, i) => `Dec 10 09:32:20 web-1 line ${i}`)
    expect(texts(split(long.join('\r')))).toEqual(long)
    expect(split(long.join('\r')).at(-1)?.number).toBe(900)
    expect(texts(split(`${long.join('\r')}\r\nx\ry\n`))).toEqual([...long, 'x\ry'])
    const splitter = splitLines()
    const all = bytes(`${long.join('\r')}\r`)
    const found = [...all].flatMap((byte) => splitter.push(Uint8Array.of(byte)))
    expect(texts(found)).toEqual(long)
    expect(splitter.consumed).toBe(all.length)
  })

  it('numbers lines from 1, or from a given number', () => {
    expect(split('a\nb').map(({ number }) => number)).toEqual([1, 2])
    expect(split('a\nb', { firstNumber: 7 }).map(({ number }) => number)).toEqual([7, 8])
  })

  it('replaces invalid bytes, and drops a byte order mark', () => {
    const splitter = splitLines()
    expect(texts(splitter.push(Uint8Array.of(0xef, 0xbb, 0xbf, 97, 0xff, 98, 10)))).toEqual(['a\ufffdb'])
  })

  it('cuts lines that are too long, drops their rest and flags them', () => {
    const lines = split(`${'x'.repeat(25)}\nok\n${'y'.repeat(11)}`, { longest: 10 })
    expect(lines).toEqual([
      { text: 'x'.repeat(10), number: 1, cut: true },
      { text: 'ok', number: 2, cut: false },
      { text: 'y'.repeat(10), number: 3, cut: true },
    ])
  })

  it('does not split a character at a cut', () => {
    expect(texts(split('aé', { longest: 2 }))).toEqual(['a'])
  })

  it('returns the same lines whatever the chunks, and counts all bytes', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '\r', '\ufeff', '😀', ' '), maxLength: 12 })
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(60)), fc.boolean(), (given, cuts, together) => {
        const all = bytes(`${given.join('\n')}\n`)
        const splitter = splitLines({ longest: 20, together })
        const lines: TextLine[] = []
        let at = 0
        for (const cut of cuts) {
          lines.push(...splitter.push(all.subarray(at, at + cut)))
          at += cut
        }
        lines.push(...splitter.push(all.subarray(at)), ...splitter.flush())
        const whole = splitLines({ longest: 20 })
        expect(lines).toEqual([...whole.push(all), ...whole.flush()])
        expect(splitter.consumed).toBe(all.length)
      }),
    )
  })

  it('shows binary content the same, one by one or together', () => {
    const byte = fc.constantFrom(10, 13, 97, 0xc3, 0xa9, 0xe2, 0x82, 0xf0, 0x9f, 0xed, 0xef, 0xbb, 0xbf, 0xff)
    fc.assert(
      fc.property(fc.array(byte), (given) => {
        const chunk = Uint8Array.from(given)
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
        const expected = Buffer.from(chunk)
          .toString('latin1')
          .split('\n')
          .slice(0, -1)
          .map((line) => decoder.decode(Buffer.from(line.replace(/\r$/, ''), 'latin1')))
        if (expected[0]?.startsWith('\ufeff')) expected[0] = expected[0].slice(1)
        expect(texts(splitLines().push(chunk))).toEqual(expected)
        expect(texts(splitLines({ together: true }).push(chunk))).toEqual(expected)
      }),
    )
  })

  it('accepts a reused buffer', () => {
    const splitter = splitLines()
    const buffer = bytes('half')
    splitter.push(buffer)
    buffer.fill(120)
    expect(texts(splitter.push(bytes(' line\n')))).toEqual(['half line'])
  })
})
