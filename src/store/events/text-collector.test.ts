import { describe, expect, it } from 'vitest'
import { ByteWriter } from './event-block-bytes.ts'
import { TextCollector } from './text-collector.ts'

const lines = (count: number, text: string): string[] => Array.from({ length: count }, (_, index) => `${text} ${index}`)

const isAscii = (texts: readonly string[]): boolean => texts.every((text) => Buffer.byteLength(text) === text.length)

describe('TextCollector', () => {
  it.each<[string, readonly string[]]>([
    ['no text', []],
    ['empty texts', ['', '']],
    ['a few', lines(3, 'Failed password for root')],
    ['more than a group', lines(3_000, 'Failed password for root from 203.0.113.9')],
    ['a text larger than a group', ['a'.repeat(100_000), 'b']],
    ['other characters from the start', lines(3_000, 'Échec du mot de passe')],
    [
      'other characters in a later group',
      [...lines(3_000, 'Failed password for root'), 'Échec', ...lines(10, 'Failed')],
    ],
    ['half a character in a later group', [...lines(3_000, 'Failed password for root'), '\ud800', '\udc00']],
  ])('has the bytes and texts that a writer of all texts at once has: %s', (_, texts) => {
    const collector = new TextCollector()
    for (const text of texts) collector.add(text)
    expect(collector.texts()).toEqual(texts)
    const ascii = collector.ascii()
    expect(ascii?.bytes.toString()).toEqual(isAscii(texts) ? texts.join('') : undefined)
    if (ascii) {
      const [grouped, whole] = [new ByteWriter(0), new ByteWriter(0)]
      grouped.asciiTexts(ascii)
      whole.texts(texts)
      expect(grouped.finish()).toEqual(whole.finish())
    }
    expect(collector.texts()).toEqual(texts)
  })
})
