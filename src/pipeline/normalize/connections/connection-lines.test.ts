import fc from 'fast-check'
import { expect, it } from 'vitest'
import { everydayLines } from '../everyday-lines.fake.ts'
import { connectionLines } from './connection-lines.ts'

const starting = connectionLines.flatMap(({ kind, starts, key, mark, accepts }) =>
  starts ? [{ kind, starts, key, marks: [mark, accepts?.mark ?? ''] }] : [],
)
const words = fc.constantFrom(
  ...starting.flatMap(({ starts, marks }) => [starts.with, ...marks]),
  ...['0490102:5: ', '/Common/vpn:', '1a2b3c4d', ': ', '<0.712.0>', ' ', '1a2b3c4d5e6f7890', 'x'],
)

it.each(starting)('$kind has no connection in a line that starts otherwise', ({ starts, key }) => {
  const check = (text: string): void => {
    if (!text.startsWith(starts.with, starts.at)) expect(key(text, {}), text).toBeUndefined()
  }
  for (const { line } of everydayLines) check(line)
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
      check(parts.join(''))
    }),
  )
})
