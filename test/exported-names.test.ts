import { expect, it } from 'vitest'
import { clashingNames } from '../scripts/names/clashing-names.ts'

it('finds names that two files declare, but no re-exports and no contract', () => {
  const files = new Map([
    ['src/a.ts', 'export const cut = 1\nexport type Place = string\nexport const Place = 1\nexport interface Row {}\n'],
    [
      'src/b.ts',
      "export const cut = 2\nexport { Place } from './a.ts'\nexport type { Row } from './a.ts'\nconst Row = 1\n",
    ],
    ['src/cli/x.ts', 'export const define = 1\n'],
    ['src/cli/y.ts', 'export const define = 1\n'],
  ])
  expect(clashingNames(files)).toEqual([['cut', ['src/a.ts', 'src/b.ts']]])
})
