import { expect, it } from 'vitest'
import { hostsOfNamesakes } from './namesakes.ts'

const hosts = (...values: readonly string[]) => [
  { type: 'ip' as const, value: '203.0.113.9' },
  ...values.map((value) => ({ type: 'host' as const, value })),
]

it('names the hosts of alerts that have the same title, and of no others', () => {
  const title = '80 failed logins from 203.0.113.9'
  const found = hostsOfNamesakes([
    { id: 'a', title, entities: hosts('web-01') },
    { id: 'b', title, entities: hosts('web-02', 'web-03', 'web-04') },
    { id: 'c', title, entities: hosts() },
    { id: 'd', title: 'root logged in from 203.0.113.9', entities: hosts('web-01') },
  ])
  expect([...found]).toEqual([
    ['a', 'web-01'],
    ['b', 'web-02 +2'],
  ])
})
