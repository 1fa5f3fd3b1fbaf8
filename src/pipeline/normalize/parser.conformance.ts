import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { runs } from '../../../test/depth.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import type { Parsed, Parser } from './parser.ts'

const receivedAt = Date.UTC(2026, 2, 4, 12)

/** Tests the promises of the parser contract, with garbage and with `fixtures/<name>/*.log` and the expected `*.json`. */
export const describeParser = (name: string, parser: Parser, facts: Partial<RawRecord> = {}): void => {
  const recordOf = (text: string): RawRecord => ({ text, source: 'test', receivedAt, ...facts })
  describe(`the parser ${name}`, () => {
    const folder = resolve(import.meta.dirname, 'fixtures', name)
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.log')) : []
    const samples = files.flatMap((file) => linesOf(resolve(folder, file)))

    it('has its name', () => expect(parser.name).toBe(name))

    it('has golden lines', () => expect(samples.length).toBeGreaterThanOrEqual(3))

    it.each(files)('parses %s as expected', async (file) => {
      const read = linesOf(resolve(folder, file)).map((line) => ({ line, ...parser.parse(recordOf(line)) }))
      await expect(`${JSON.stringify(read, undefined, 2)}\n`).toMatchFileSnapshot(
        resolve(folder, file.replace(/log$/, 'json')),
      )
    })

    it('never throws, and returns a complete result', () => {
      const text = fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 200 }),
        fc.string({ maxLength: 200 }),
        mutated(samples),
        fc.json({ maxDepth: 6 }),
      )
      fc.assert(
        fc.property(text, (input) => {
          const parsed = parser.parse(recordOf(input))
          if (parsed) expectWhole(parsed)
        }),
        { numRuns: runs(400) },
      )
    })

    it('is deterministic, and does not change the record', () => {
      for (const sample of samples) {
        const record = Object.freeze(recordOf(sample))
        expect(parser.parse(record)).toEqual(parser.parse(record))
      }
    })

    it('takes linear time', () => {
      const pieces = [
        'a',
        ' ',
        '[',
        '"',
        '\\',
        'a=b ',
        '1.',
        ':',
        '[1:',
        '(',
        'from 1.1.1.1 ',
        '\n\t',
        '{"a":',
        '\ufffd',
        ' - ',
      ]
      const starts = [...new Set(['', ...samples.slice(0, 4)])]
      for (const piece of pieces) {
        for (const start of starts) {
          const seconds = best(() => parser.parse(recordOf(start + piece.repeat(60_000 / piece.length))))
          // Quadratic time would be many seconds for 60,000 characters.
          expect(seconds, `${JSON.stringify(start)} + ${JSON.stringify(piece)}`).toBeLessThan(0.25)
        }
      }
    })
  })
}

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

const expectWhole = (parsed: Parsed): void => {
  if (parsed.time !== undefined && !Number.isFinite(parsed.time)) throw new Error(`The time is ${parsed.time}.`)
  for (const [name, value] of Object.entries(parsed.fields)) {
    const plain = Array.isArray(value) ? value : [value]
    for (const item of plain) {
      const whole =
        typeof item === 'string' || typeof item === 'boolean' || (typeof item === 'number' && !Number.isNaN(item))
      if (!whole) throw new Error(`The field ${name} is ${String(item)}.`)
    }
  }
}

/** Cuts, doubles and mutates golden lines, which get further into a parser than random text. */
const mutated = (samples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', ...samples),
      fc.nat(400),
      fc.string({ unit: anyCharacter, maxLength: 4 }),
      fc.nat(20),
      fc.boolean(),
    )
    .map(([sample, at, insert, drop, cut]) => {
      const place = sample.length === 0 ? 0 : at % (sample.length + 1)
      return sample.slice(0, place) + insert + (cut ? '' : sample.slice(place + drop))
    })

const best = (run: () => unknown): number => {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 2 && least > 0.25; i++) {
    const started = cpuMs()
    run()
    least = Math.min(least, (cpuMs() - started) / 1000)
  }
  return least
}
