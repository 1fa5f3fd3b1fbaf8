import { expect, it } from 'vitest'
import { createRecent } from './recent.ts'

it('gives back what was read of a version, and of that version only', () => {
  const recent = createRecent<object>(2)
  const first = { text: 'a' }
  recent.put('a', '1', first)
  expect(recent.get('a', '1')).toBe(first)
  expect(recent.get('a', '2')).toBeUndefined()
  expect(recent.get('b', '1')).toBeUndefined()
})

it('forgets what was not asked for the longest', () => {
  const recent = createRecent<object>(2)
  for (const id of ['a', 'b']) recent.put(id, '1', { id })
  recent.get('a', '1')
  recent.put('c', '1', { id: 'c' })
  expect(['a', 'b', 'c'].filter((id) => recent.get(id, '1'))).toEqual(['a', 'c'])
})
