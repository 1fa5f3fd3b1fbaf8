import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import type { Draft } from '../draft.ts'
import { meaningOf, meanings } from './lexicon.ts'
import { readMeaning } from './read-meaning.ts'
import { createStemScan } from './stem-scan.ts'

const read = (message: string, fields: Draft = {}): Draft => {
  readMeaning(message, fields)
  return fields
}

describe.each(meanings.map((meaning) => [`${meaning.action} ${meaning.outcome}`, meaning] as const))(
  '%s',
  (_, meaning) => {
    const isOf = (message: string): boolean => {
      const { 'event.action': action, 'event.outcome': outcome } = read(message)
      return action === meaning.action && outcome === meaning.outcome
    }

    it.each(meaning.matches)('is the meaning of: %s', (message) => expect(isOf(message)).toBe(true))

    it.each(meaning.ignores)('is not the meaning of: %s', (message) => expect(isOf(message)).toBe(false))

    it('has stems that the scan can find', () => {
      expect(meaning.stems.filter((stem) => !/^[a-z=0-9'/_ -]{4,}$/.test(stem) || stem !== stem.toLowerCase())).toEqual(
        [],
      )
    })
  },
)

describe('the parties of a login', () => {
  it.each([
    ['Login failed for kim from 203.0.113.9', 'kim', '203.0.113.9'],
    ['Failed login: username=kim ip=203.0.113.9', 'kim', '203.0.113.9'],
    ['User [kim] from [203.0.113.9] failed to log in via [web]', 'kim', '203.0.113.9'],
    ['Authentication failed for "kim" (IP: "203.0.113.9")', 'kim', '203.0.113.9'],
    ['authentication failed [CLIENT: 203.0.113.9]', undefined, '203.0.113.9'],
    ['Cannot login root@203.0.113.9', 'root', '203.0.113.9'],
    ['Invalid login as root from 203.0.113.9', 'root', '203.0.113.9'],
    ['203.0.113.9:51022 TLS Auth Error: Auth Username/Password verification failed for peer', undefined, '203.0.113.9'],
    ['login to 10.0.0.5 refused: bad password, client 203.0.113.9', undefined, '203.0.113.9'],
    // The device between the client and the server is not the client.
    [
      'Authentication failed, Device IP Address=192.0.2.2, UserName=kim, Calling-Station-ID=203.0.113.9',
      'kim',
      '203.0.113.9',
    ],
    ['Login failed from 2001:db8::9 for user kim', 'kim', '2001:db8::9'],
    ['Invalid credentials', undefined, undefined],
    ['authentication failed for user from 203.0.113.9', undefined, '203.0.113.9'],
  ])('%s', (message, user, address) => {
    const fields = read(message)
    expect(fields['event.outcome']).toBe('failure')
    expect([fields['user.name'], fields['source.ip']]).toEqual([user, address])
  })

  it('are found in nested fields', () => {
    expect(
      read('Authentication failed', { 'attr.remote': '203.0.113.9:4711', 'attr.principalName': 'kim' }),
    ).toMatchObject({
      'source.ip': '203.0.113.9',
      'user.name': 'kim',
    })
  })
})

describe('the meaning of a record', () => {
  it('comes from its action, if the message does not say it', () => {
    const user = { 'user.name': 'kim' }
    const categoryOf = (fields: Draft) => read('request handled', { ...user, ...fields })['event.category']
    expect(categoryOf({ 'event.action': 'login_failed' })).toBe('authentication')
    expect(categoryOf({ 'event.action': 'user.session.start', 'event.outcome': 'failure' })).toBe('authentication')
    expect(categoryOf({ 'event.action': 'UserLogin', 'outcome.result': 'FAILURE' })).toBe('authentication')
    expect(categoryOf({ 'event.action': 'login_page_shown', 'event.outcome': 'success' })).toBeUndefined()
    expect(categoryOf({ 'event.action': 'order_created' })).toBeUndefined()
  })

  it('comes from a refused request to a login page', () => {
    const request = { 'http.request.method': 'POST', 'http.response.status_code': 401, 'event.category': 'web' }
    expect(read('', { ...request, 'url.path': '/api/v1/auth/login' })['event.category']).toEqual([
      'web',
      'authentication',
    ])
    expect(read('', { ...request, 'url.path': '/api/v1/orders' })['event.category']).toBe('web')
  })

  it('comes from the id of a Windows logon over the network', () => {
    const logon = { 'winlog.channel': 'Security', 'winlog.event_id': '4625', 'source.ip': '203.0.113.9' }
    expect(read('Fehler beim Anmelden.', { ...logon })).toMatchObject({ 'event.outcome': 'failure' })
    expect(read('', { ...logon, 'winlog.event_id': '4688' })['event.category']).toBeUndefined()
    expect(read('', { ...logon, 'winlog.channel': 'Application' })['event.category']).toBeUndefined()
  })

  it('comes from a user that a server refused', () => {
    const request = { 'http.request.method': 'GET', 'event.category': 'web', 'url.path': '/private' }
    const categoryOf = (fields: Draft) => read('', { ...request, ...fields })['event.category']
    expect(categoryOf({ 'http.response.status_code': 401, 'user.name': 'kim' })).toEqual(['web', 'authentication'])
    expect(categoryOf({ 'http.response.status_code': 401 })).toBe('web')
    expect(categoryOf({ 'http.response.status_code': 403, 'user.name': 'kim' })).toBe('web')
  })

  it('comes from credentials that a server refused, not from their absence', () => {
    const request = { 'http.request.method': 'GET', 'http.response.status_code': 401, 'url.path': '/' }
    expect(read('', { ...request, 'request.headers.Authorization': ['REDACTED'] })).toMatchObject({
      'event.category': 'authentication',
      'event.outcome': 'failure',
    })
    expect(read('', { ...request, apiVersion: 'audit.k8s.io/v1' })['event.category']).toBe('authentication')
    expect(read('', { ...request, apiVersion: 'v1' })['event.category']).toBeUndefined()
  })

  it('comes from the answer to a form that shows itself again after a failure', () => {
    const outcomeOf = (status: number, url: string) => {
      const fields = { 'http.request.method': 'POST', 'http.response.status_code': status, 'event.category': 'web' }
      return read('', { ...fields, 'url.original': url, 'url.path': url.replace(/\?.*/, '') })['event.outcome']
    }
    expect(outcomeOf(200, '/wp-login.php')).toBe('failure')
    expect(outcomeOf(302, '/wp-login.php')).toBe('success')
    expect(outcomeOf(302, '/wp-login.php?action=lostpassword')).toBeUndefined()
    expect(outcomeOf(200, '/api/login')).toBeUndefined()
  })

  it('comes from a check of credentials at a domain controller', () => {
    const check = { 'winlog.channel': 'Security', 'winlog.event_id': 4776, 'winlog.event_data.Workstation': 'PC7' }
    expect(read('', { ...check, 'winlog.event_data.Status': '0xc000006a' })).toMatchObject({
      'event.outcome': 'failure',
      'source.domain': 'PC7',
    })
    expect(read('', { ...check, 'winlog.event_data.Status': '0x0' })['event.category']).toBeUndefined()
  })

  it('does not come from the names of the fields of an object', () => {
    const text = '{"type":"invoice.created","success":true,"username":"kim","ip":"203.0.113.9"}'
    const fields = { 'event.action': 'invoice.created', 'user.name': 'kim' }
    expect(read(text, fields)['event.category']).toBeUndefined()
    expect(read(text.replace('true', 'false'), { ...fields })['event.category']).toBeUndefined()
  })

  it('is added to the refusal of a session', () => {
    const session = { 'event.category': 'session', 'event.outcome': 'failure' }
    expect(read('Authentication failed', { ...session })['event.category']).toEqual(['session', 'authentication'])
    expect(read('Tunnel closed', { ...session })['event.category']).toBe('session')
  })

  it('does not replace what a parser found', () => {
    expect(read('Login failed for kim', { 'event.category': 'session' })['event.category']).toBe('session')
  })
})

describe('the scan for stems', () => {
  const scan = createStemScan([['login', 'contrase'], ['auth']])

  it('finds a stem anywhere and in any case', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
        expect(scan(`${before}lOgin${after}`) & 1).toBe(1)
        expect(scan(`${before}AUTH${after}`) & 2).toBe(2)
      }),
      { numRuns: runs(500) },
    )
  })

  it('finds nothing else', () => {
    expect(scan('the server started in 12 ms')).toBe(0)
    expect(scan('')).toBe(0)
    expect(scan('log in au th')).toBe(0)
  })

  it('takes no time on hostile texts', () => {
    const started = performance.now()
    for (const part of ['login ', 'fail', 'user user ', 'for for ', 'auth:', '1.1.1.', 'a@', '(((('])
      meaningOf(part.repeat(600 / part.length))
    expect(performance.now() - started).toBeLessThan(500)
  })
})
