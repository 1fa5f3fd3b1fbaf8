import { describe, expect, it } from 'vitest'
import { createDraft } from './create-draft.ts'

describe('createDraft', () => {
  it.each([0, 6, 7, 12, 20, 40, 200])('creates an empty plain object for %i fields', (expected) => {
    const draft = createDraft(expected)
    expect(draft).toStrictEqual({})
    expect(Object.getPrototypeOf(draft)).toBe(Object.prototype)
    draft['event.action'] = 'login'
    expect(draft).toStrictEqual({ 'event.action': 'login' })
    expect(createDraft(expected)).toStrictEqual({})
  })
})
