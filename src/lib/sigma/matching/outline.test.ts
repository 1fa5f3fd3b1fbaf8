import { expect, test } from 'vitest'
import type { FlatEvent } from '../event.ts'
import { createOutlines } from './outline.ts'

const event = (fields: FlatEvent['fields'], more?: FlatEvent['fields']): FlatEvent => ({
  id: 'e',
  time: 0,
  fields,
  ...(more && { more }),
})

test('events that differ only in what nobody looks at have one outline', () => {
  const outlines = createOutlines(new Set(['program']))
  const one = outlines.of(event({ program: 'sshd', port: 22 }))
  expect(outlines.of(event({ program: 'sshd', port: 23 }))).toBe(one)
  expect(outlines.of(event({ program: 'cron', port: 22 }))).not.toBe(one)
  expect(one?.traits()).toEqual([{ name: 'program', value: 'sshd' }])
})

test('a field with too many values varies from then on, and its values are listed', () => {
  const outlines = createOutlines(new Set(['program', 'message']), 3)
  for (const message of ['a', 'b', 'c', 'd']) outlines.of(event({ program: 'sshd', message }))
  const one = outlines.of(event({ program: 'sshd', message: 'e' }))
  expect(outlines.of(event({ program: 'sshd', message: 7 }))).toBe(one)
  expect(outlines.varying[0]).toBe(7)
  expect(one?.traits()).toEqual([
    { name: 'program', value: 'sshd' },
    { name: 'message', value: undefined },
  ])
  expect(outlines.of(event({ program: 'sshd', message: null }))).not.toBe(one)
})

test('of a name that comes twice the first counts', () => {
  const outlines = createOutlines(new Set(['message']))
  const one = outlines.of(event({ message: 'a' }, { message: 'b' }))
  expect(outlines.of(event({ message: 'a' }, { message: 'c' }))).toBe(one)
  expect(one?.traits()).toEqual([{ name: 'message', value: 'a' }])
})

test('lists and events of very many fields have no outline', () => {
  const outlines = createOutlines(new Set(['a']))
  expect(outlines.of(event({ a: ['x', 'y'] }))).toBeUndefined()
  expect(outlines.of(event(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`f${n}`, n]))))).toBeUndefined()
})

test('memory stays bounded when every event has fields and values of its own', () => {
  const names = Array.from({ length: 8 }, (_, n) => `n${n}`)
  const outlines = createOutlines(new Set(names))
  for (let n = 0; n < 30_000; n++) {
    const fields = Object.fromEntries(names.map((name, at) => [name, (Math.imul(n + 1, 40_503 + 2 * at) >>> 4) % 60]))
    expect(outlines.of(event(fields))?.traits().length ?? 8).toBe(8)
  }
  // Half of the fields vary by now, and events are alike again.
  const last = outlines.of(event(Object.fromEntries(names.map((name) => [name, 1]))))
  expect(last?.traits().filter(({ value }) => value === undefined).length).toBeGreaterThan(3)
})
