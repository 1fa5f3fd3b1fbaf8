import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everydayLines } from './everyday-lines.fake.ts'
import { describeParser } from './parser.conformance.ts'
import { candidates, parsers } from './registry.ts'

for (const parser of parsers) describeParser(parser.name, parser)

/** Parsers that run after all candidates. */
const lastResorts = new Set(['embedded-time', 'plain'])

describe('the registry', () => {
  it('lists each parser once, sorted', () => {
    const names = parsers.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)].sort())
  })

  it('uses every parser for some text', () => {
    const tried = new Set(['{', '[', '<', '1', 'a1: ', '#', '%'].flatMap((text) => candidates(text)))
    expect(parsers.filter((parser) => !lastResorts.has(parser.name) && !tried.has(parser))).toEqual([])
  })

  it('leaves out only parsers that cannot read a text', () => {
    const all = candidates('a1: ')
    const check = (text: string): void => {
      if (!/^[A-Za-z]/.test(text)) return
      const tried = candidates(text)
      const record = { text, source: 'test', receivedAt: Date.UTC(2026, 11, 11) }
      for (const parser of all) {
        if (!tried.includes(parser)) expect(parser.parse(record), `${parser.name}: ${text}`).toBeUndefined()
      }
    }
    const lines = everydayLines.map(({ line }) => line)
    const words = lines
      .flatMap((line) => line.split(/(?<= )/))
      .concat('septembre. ', 'CEF:', 'LEEF:', '%SYS-5-X: ', 'a')
    for (const line of lines) for (let from = 0; from < Math.min(line.length, 60); from++) check(line.slice(from))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }), (parts) => {
        check(parts.join(''))
      }),
    )
  })
})
