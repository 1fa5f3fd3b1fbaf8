import { describe, expect, it } from 'vitest'
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
    const tried = new Set(['{', '[', '<', '1', 'a', '#', '%'].flatMap((text) => candidates(text)))
    expect(parsers.filter((parser) => !lastResorts.has(parser.name) && !tried.has(parser))).toEqual([])
  })
})
