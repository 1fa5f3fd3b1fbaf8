import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCsvReader } from './csv-reader.ts'
import { isNumbers, type Table } from './table.ts'

const read = (...pieces: readonly string[]): Table => {
  const reader = createCsvReader()
  for (const piece of pieces) reader.push(piece)
  return reader.finish()
}
const cells = (table: Table): unknown[][] =>
  table.columns.map((column) =>
    isNumbers(column) ? [...column.values] : Array.from(column.codes, (code) => column.words[code] ?? null),
  )

describe('CSV', () => {
  it.each([
    [
      'numbers',
      'a,b\n1,2.5\n-3e2,.5\n',
      [
        [1, -300],
        [2.5, 0.5],
      ],
    ],
    [
      'no line end at the end, and a BOM',
      '\ufeffa,b\r\n1,x\r\n2,y',
      [
        [1, 2],
        ['x', 'y'],
      ],
    ],
    ['quotes', 'a\n"x, ""y"""\n"l1\nl2"\n', [['x, "y"', 'l1\nl2']]],
    [
      'missing cells',
      'a,b\n,x\nNA,\n3,-\n',
      [
        [Number.NaN, Number.NaN, 3],
        ['x', null, null],
      ],
    ],
    [
      'short and long rows, and empty lines',
      'a,b\n1\n\n2,3,4\n',
      [
        [1, 2],
        [Number.NaN, 3],
      ],
    ],
    ['one column: an empty line is a missing cell', 'a\n1\n\n2\n', [[1, Number.NaN, 2]]],
    ['numbers among words are words', 'a\nx\n1.0\ny\n', [['x', '1', 'y']]],
    ['hexadecimal is a word', 'a\n0x10\n0x11\n', [['0x10', '0x11']]],
    ['infinity is a number', 'a\ninf\n-Infinity\n+1\n', [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]]],
    ['a quote within a cell is a letter', 'a,b\n5",x\n', [['5"'], ['x']]],
  ])('%s', (_, text, expected) => {
    expect(cells(read(text))).toEqual(expected)
  })

  it('does not care where the text is cut', () => {
    const text = 'a,"b ""c""",d\r\n1,"x\ny",-\r\n2,"q"",""r",0.5\r\n,z,\r\n'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.toSorted((m, n) => m - n), text.length]
        const pieces = places.slice(1).map((place, index) => text.slice(places[index], place))
        expect(read(...pieces)).toEqual(read(text))
      }),
    )
  })

  it('reads back what it is given', () => {
    const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`
    const word = fc.string().map((text) => `w${text.trim()}`)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 20 }), (rows) => {
        const text = ['p,q', ...rows.map((row) => row.map(quote).join(','))].join('\n')
        expect(cells(read(text))).toEqual([rows.map(([p]) => p), rows.map(([, q]) => q)])
      }),
    )
  })

  it('refuses an empty text', () => {
    expect(() => read('')).toThrow(RangeError)
    expect(read('a,b\n').rows).toBe(0)
  })
})
