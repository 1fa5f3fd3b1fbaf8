import { expect, it } from 'vitest'
import { RecentMap } from './recent-map.ts'

it('removes the entry that was set longest ago', () => {
  const map = new RecentMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([3, undefined, 4, 2])
})

it('does not take an updated entry for a new one', () => {
  const map = new RecentMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.update('a', 3)
  map.update('z', 3)
  expect([map.get('a'), map.size]).toEqual([3, 2])
  map.set('c', 4)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 2, 4])
})
