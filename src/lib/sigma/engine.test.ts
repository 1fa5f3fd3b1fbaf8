import { expect, test } from 'vitest'
import { createEngine, type FlatEvent, readDocuments } from './sigma.ts'

const { documents } = readDocuments(
  `title: Guess
name: guess
id: 10000000-0000-4000-8000-000000000001
logsource: { product: linux }
detection:
  failure: { action: failed }
  condition: failure
---
title: Guesses
id: 10000000-0000-4000-8000-000000000002
correlation:
  type: event_count
  rules: [guess]
  group-by: [user]
  timespan: 1m
  condition: { gte: 2 }
level: high
`,
  'guesses.yml',
)
const guess = (second: number, user: string): FlatEvent => ({
  id: `${user} ${second}`,
  time: second * 1000,
  fields: { action: 'failed', user },
  logsource: { product: 'linux' },
  text: 'a guess',
})

test('engines of the same documents each count their own events', () => {
  const options = { taxonomy: { kinds: [] } }
  const [one, other] = [createEngine(documents, options), createEngine(documents, options)]
  expect(one.match(guess(0, 'ana'))).toEqual([])
  expect(other.match(guess(1, 'ana'))).toEqual([])
  expect(one.match(guess(2, 'ana')).map(({ rule }) => rule.title)).toEqual(['Guesses'])
  expect([one.counts.events, other.counts.events]).toEqual([2, 1])
})
