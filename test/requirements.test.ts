import { expect, it } from 'vitest'
import { promises } from './requirements.ts'

it('names every promise once', () => {
  const ids = promises.map(({ id }) => id)
  expect(ids).not.toContain('')
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([])
})
