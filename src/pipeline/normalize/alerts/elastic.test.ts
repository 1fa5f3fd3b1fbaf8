import { expect, it } from 'vitest'
import { elastic } from './elastic.ts'

/** All objects that write a path with some of its dots in names. */
const waysOf = (path: string, value: unknown): readonly Record<string, unknown>[] => {
  const ends = [...path.matchAll(/\./g)].map(({ index }) => index)
  const below = ends.flatMap((end) =>
    waysOf(path.slice(end + 1), value).map((rest) => ({ [path.slice(0, end)]: rest })),
  )
  return [{ [path]: value }, ...below]
}

it.each(['kibana.alert.rule.name', 'signal.rule.name'])(
  '%s is the name of a rule with any of its dots in names',
  (path) => {
    const ways = waysOf(path, 'Port scan')
    expect(ways).toHaveLength(2 ** (path.split('.').length - 1))
    for (const way of ways) {
      expect(elastic.matches({ ...way, _id: '1' }), JSON.stringify(way)).toBe(true)
      expect(elastic.matches({ _id: '1', _source: way }), JSON.stringify(way)).toBe(true)
      expect(elastic.matches(way), JSON.stringify(way)).toBe(false)
    }
    expect(elastic.matches({ _id: '1', kibana: { alert: { uuid: '2' } }, signal: 'SIGTERM' })).toBe(false)
  },
)
