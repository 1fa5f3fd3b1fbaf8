import { describe, expect, it } from 'vitest'
import { isAboutLogin, severityHintOf } from './severity-hint.ts'
import { someEvent, someTime } from './some-events.ts'

const hintOf = (message: string, text = message) =>
  severityHintOf({ ...someEvent(0, someTime, { message }), template: { id: 't', text } })

describe('severityHintOf', () => {
  it.each([
    ['Scan finished: 0 errors, 0 failed', 'Scan finished: <*> errors, <*> failed'],
    ['No errors found in 3 files', 'No errors found in <*> files'],
    ['checked=120 failed=0 errors: 0', 'checked=<*> failed=<*> errors: <*>'],
    ['backup complete without any errors', 'backup complete without any errors'],
    ['0 security alerts', '<*> security alerts'],
  ])('rates as normal: %s', (message, text) => expect(hintOf(message, text)).toBe(0))

  it.each([
    ['Scan finished: 10 errors', 'Scan finished: <*> errors', 1],
    ['checked=0 failed=3', 'checked=<*> failed=<*>', 1],
    ['0 errors, but the disk is full', '<*> errors, but the disk is full', 2],
    ['no reply: error 0.5', 'no reply: error <*>', 1],
    ['no route, request failed', 'no route, request failed', 1],
    ['giving up after 5 retransmits', 'giving up after <*> retransmits', 1],
    ['the gateway did not answer within 3 s', 'the gateway did not answer within <*> s', 1],
  ])('rates as an error: %s', (message, text, hint) => expect(hintOf(message, text)).toBe(hint))
})

describe('isAboutLogin', () => {
  it.each([
    ['GET /admin 401', { 'event.category': ['web', 'authentication'] }],
    ['access denied', { 'event.category': 'authentication' }],
    ['Invalid user x from 192.0.2.1', {}],
  ])('%s', (message, fields) => expect(isAboutLogin(someEvent(0, someTime, { message, fields }))).toBe(true))

  it('does not take a request for a login', () => {
    expect(isAboutLogin(someEvent(0, someTime, { message: 'GET / 500', fields: { 'event.category': ['web'] } }))).toBe(
      false,
    )
  })
})
