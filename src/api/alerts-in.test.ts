import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../test/any-character.ts'
import { deepRun, runs } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { AppError } from '../errors.ts'
import { as, fakeServer } from './server.fake.ts'

const alert = {
  alert_id: 'ALT-1',
  timestamp: '2025-01-05T12:00:00Z',
  alert_type: 'malware',
  severity: 'high',
  description: 'Malware detected on an endpoint',
  source_ip: '45.33.32.156',
  target_ip: '::1',
  file_hash: ' 5D41402ABC4B2A76B9719D911017C592 ',
  raw_data: { a: 1 },
}
const cef = 'CEF:0|Security|IDS|1.0|100|Detected|10|src=10.0.0.1'
const firing = (fingerprint: string) => ({
  status: 'firing',
  labels: { alertname: 'Down', instance: 'web-01:9100' },
  startsAt: '2026-03-01T08:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint,
})
const webhook = (...alerts: object[]) => ({ receiver: 'x', version: '4', groupKey: '{}', status: 'firing', alerts })

let server: Awaited<ReturnType<typeof fakeServer>>
beforeEach(async () => {
  server = await fakeServer()
})
afterEach(() => server.app.close())

const post = (path: string, payload: unknown, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: `/api/v1/${path}`,
    headers: { ...as('ingest'), 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })
const taken = () => server.records.map(({ source, format }) => `${source} ${format}`)

describe('POST /api/v1/alerts', () => {
  it('takes a SecurityAlert, and answers in the envelope that its senders know', async () => {
    const answer = await post('alerts', alert)
    expect(answer.statusCode).toBe(200)
    const { success, data, meta } = answer.json()
    expect(success).toBe(true)
    expect(data).toEqual({
      ingestion_id: expect.stringMatching(/^[\da-f-]{36}$/),
      alert_id: 'ALT-1',
      status: 'queued',
      message: 'Alert queued for processing',
    })
    expect(meta).toEqual({ timestamp: expect.any(String), request_id: data.ingestion_id, version: '1.0' })
    expect(server.records).toMatchObject([{ source: 'alerts', format: 'native', text: JSON.stringify(alert) }])
  })

  it('takes the word denial_of_service for ddos', async () => {
    const answer = await post('alerts', { ...alert, alert_id: 'dos-1', alert_type: 'denial_of_service' })
    expect(answer.statusCode).toBeLessThan(300)
    const batch = await post('alerts/batch', {
      alerts: [{ ...alert, alert_id: 'dos-2', alert_type: 'denial_of_service' }],
    })
    expect(batch.statusCode).toBeLessThan(300)
  })

  it.each([
    ['a missing alert_id', { alert_id: undefined }, 'alert_id'],
    ['an empty alert_id', { alert_id: ' ' }, 'alert_id'],
    ['a long alert_id', { alert_id: 'x'.repeat(101) }, 'alert_id'],
    ['an unknown type', { alert_type: 'banana' }, 'alert_type'],
    ['an unknown severity', { severity: 'urgent' }, 'severity'],
    ['a long description', { description: 'x'.repeat(2_001) }, 'description'],
    ['no address', { source_ip: '300.1.2.3' }, 'source_ip'],
    ['no hash', { file_hash: 'abc' }, 'file_hash'],
    ['no time', { timestamp: 'yesterday' }, 'timestamp'],
    ['a time to come', { timestamp: new Date(Date.now() + 6 * 60_000).toISOString() }, 'timestamp'],
    ['raw data that are no object', { raw_data: [1] }, 'raw_data'],
  ])('refuses %s, as a problem and in the envelope', async (_name, change, field) => {
    const answer = await post('alerts', { ...alert, ...change })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([422, expect.stringMatching('problem.json')])
    expect(answer.json()).toMatchObject({
      success: false,
      error: { code: 'VALIDATION_ERROR', details: { field } },
      meta: { version: '1.0' },
      code: 'invalid_alert',
      status: 422,
      errors: [{ path: field }],
    })
    expect(server.records).toEqual([])
  })

  it.each([
    [{ timestamp: new Date(Date.now() + 4 * 60_000).toISOString() }],
    [{ timestamp: '2025-01-05T12:00:00.123456' }],
    [{ timestamp: 1736078400 }],
    [{ source_ip: null, user_id: null, raw_data: null }],
    [{ title: 'Beside the contract', anything: { else: true } }],
  ])('takes what is right: %j', async (change) => {
    expect((await post('alerts', { ...alert, ...change })).statusCode).toBe(200)
  })

  it.each([
    ['broken JSON', '{"alert_id":', 400, 'invalid_json'],
    ['nothing', '', 400, 'invalid_request'],
    ['a list of two', [alert, alert], 422, 'invalid_alert'],
    ['a number', 7, 422, 'invalid_alert'],
    ['null', null, 422, 'invalid_alert'],
    ['a prototype', '{"__proto__":{"polluted":"yes"}}', 400, 'invalid_json'],
    ['very deep', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'invalid_json'],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await post('alerts', body)
    expect([answer.statusCode, answer.json().code, answer.json().success]).toEqual([status, code, false])
  })

  it.each([
    ['without a token', { authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['for a viewer', as('viewer'), 403, 'FORBIDDEN'],
  ])('refuses %s in the same envelope', async (_name, headers, status, code) => {
    const answer = await post('alerts', alert, headers)
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, code])
  })

  it('says 429 in the same envelope when there is no room', async () => {
    server.intake.full = new AppError('QUEUE_FULL', 'Full.', { retryable: true, retryAfter: 3 })
    const answer = await post('alerts', alert)
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().success]).toEqual([429, '3', false])
    expect(answer.json().error).toMatchObject({ code: 'QUEUE_FULL', message: 'Full.' })
  })

  it('takes an alert of the source_type that the query or the body names', async () => {
    const result = { result_id: 'r-1', severity: 'high', message: 'Found' }
    expect((await post('alerts?source_type=splunk', result)).json().data.alert_id).toBe('r-1')
    expect((await post('alerts', { ...result, source_type: 'Splunk' })).json().data.alert_id).toBe('r-1')
    expect((await post('alerts?source_type=cef', cef, { 'content-type': 'text/plain' })).statusCode).toBe(200)
    expect((await post('alerts?source_type=cef', JSON.stringify(cef))).json().data.alert_id).toBe(
      'CEF-Security-IDS-100',
    )
    expect((await post('alerts?source_type=default', alert)).json().data.alert_id).toBe('ALT-1')
    expect(taken()).toEqual(['splunk splunk', 'splunk splunk', 'cef cef', 'cef cef', 'alerts native'])
  })

  it('recognizes unmistakable formats without a declared one', async () => {
    const offense = {
      offense_id: 123,
      offense_type: 'Brute Force',
      severity: 5,
      magnitude: 9,
      start_time: 1736078400000,
    }
    expect((await post('alerts', offense)).json().data.alert_id).toBe('QRADAR-123')
    expect((await post('alerts', webhook(firing('f1')))).json().data.alert_id).toBe('f1')
    expect(taken()).toEqual(['qradar qradar', 'alertmanager alertmanager'])
  })

  it.each([
    ['a source_type that is none', 'alerts?source_type=banana', alert, 400],
    ['two source_types', 'alerts?source_type=cef', { ...alert, source_type: 'splunk' }, 400],
    ['what is not of the source_type', 'alerts?source_type=cef', alert, 422],
    ['a webhook of two', 'alerts', webhook(firing('a'), firing('b')), 422],
    ['an upload', 'alerts', alert, 415],
  ])('refuses %s', async (name, path, body, status) => {
    const headers = name === 'an upload' ? { 'content-type': 'multipart/form-data; boundary=x' } : {}
    const answer = await post(path, body, headers)
    expect([answer.statusCode, answer.json().success]).toEqual([status, false])
    expect(server.records).toEqual([])
  })

  it('takes the same request twice only once when it has a key', async () => {
    const again = () => post('alerts', alert, { 'idempotency-key': 'k1' })
    await again()
    expect((await again()).json().data.message).toBe('The alert was received before')
    expect(server.records).toHaveLength(1)
  })
})

describe('POST /api/v1/alerts/batch', () => {
  it('takes what is right and names what is not', async () => {
    const alerts = [alert, { ...alert, alert_id: 'ALT-2', severity: 'x' }, { ...alert, alert_id: 'ALT-3' }, 7]
    const answer = await post('alerts/batch', { batch_id: 'B-1', alerts, more: true })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ success: true, meta: { request_id: 'B-1' } })
    expect(answer.json().data).toEqual({
      batch_id: 'B-1',
      total: 4,
      successful: 2,
      failed: 2,
      ingestion_ids: [expect.any(String), expect.any(String)],
      errors: [
        { alert_id: 'ALT-2', error: expect.stringContaining('severity') },
        { alert_id: 'alerts.3', error: expect.any(String) },
      ],
    })
    expect(server.records.map(({ text }) => JSON.parse(text).alert_id)).toEqual(['ALT-1', 'ALT-3'])
  })

  it('gives the batch a name when it has none, and no list of errors when there are none', async () => {
    const { data } = (await post('alerts/batch', { alerts: [alert] })).json()
    expect(data).toMatchObject({ batch_id: expect.stringMatching(/^BATCH-[\da-f-]{36}$/), errors: null })
  })

  it('takes alerts of a source_type, and of several formats', async () => {
    await post('alerts/batch?source_type=cef', { alerts: [cef, { raw: cef }] })
    await post('alerts/batch', { alerts: [alert, webhook(firing('f1'))] })
    expect(taken()).toEqual(['cef cef', 'cef cef', 'alerts native', 'alertmanager alertmanager'])
  })

  it.each([
    ['none', { alerts: [] }],
    ['101', { alerts: Array.from({ length: 101 }, () => alert) }],
    ['no list', { alerts: alert }],
    ['nothing', {}],
    ['a list of nothing', []],
  ])('refuses %s', async (_name, body) => {
    const answer = await post('alerts/batch', body)
    expect([answer.statusCode, answer.json().error.code]).toEqual([422, 'VALIDATION_ERROR'])
  })
})

describe('POST /api/v1/webhooks/:source_type', () => {
  it('takes a group of alerts apart', async () => {
    const answer = await post('webhooks/alertmanager', webhook(firing('a'), firing('b')))
    expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 2, not_understood: 0, alert_ids: ['a', 'b'] }])
    expect(server.records.map(({ text }) => JSON.parse(text).alerts)).toEqual([[firing('a')], [firing('b')]])
    expect(taken()).toEqual(['alertmanager alertmanager', 'alertmanager alertmanager'])
  })

  it('keeps senders of one format apart when they have names', async () => {
    await post('webhooks/alertmanager?source=am-eu', webhook(firing('a')))
    expect(taken()).toEqual(['am-eu alertmanager'])
  })

  it('takes lines, and a group without alerts', async () => {
    const eve = JSON.stringify({ event_type: 'alert', alert: { signature: 'X', signature_id: 1 } })
    const lines = await post('webhooks/suricata', `${eve}\n${eve}\n`, { 'content-type': 'application/x-ndjson' })
    expect(lines.json().accepted).toBe(2)
    expect((await post('webhooks/grafana', webhook())).json()).toMatchObject({ accepted: 0, alert_ids: [] })
  })

  it('takes what it does not know by the names that others use', async () => {
    const answer = await post('webhooks/generic', { title: 'Port scan', id: 7, src_ip: '203.0.113.9' })
    expect(answer.json()).toMatchObject({ accepted: 1, alert_ids: ['7'] })
  })

  it('accepts the valid members of a group and skips the others', async () => {
    const answer = await post('webhooks/alertmanager', webhook(firing('a'), { no: 'labels' }))
    expect(answer.json()).toEqual({ accepted: 2, not_understood: 1, alert_ids: ['a'] })
    expect(server.records).toHaveLength(2)
    expect((await post('webhooks/alertmanager', webhook({ no: 'labels' }))).statusCode).toBe(422)
  })

  it('refuses as any other address does', async () => {
    const answer = await post('webhooks/banana', alert)
    expect([answer.statusCode, answer.json().code, answer.json().success]).toEqual([400, 'invalid_request', undefined])
    expect((await post('webhooks/wazuh', { no: 'alert' })).statusCode).toBe(422)
  })
})

it('answers anything at all without breaking', needs(deepRun), async () => {
  const paths = fc.constantFrom(
    'alerts',
    'alerts?source_type=splunk',
    'alerts/batch',
    'webhooks/alertmanager',
    'webhooks/generic',
    'webhooks/sentinel',
  )
  const types = fc.constantFrom('application/json', 'text/plain', 'application/x-ndjson')
  const bodies = fc.oneof(
    fc.json(),
    fc.string({ unit: anyCharacter }),
    fc.jsonValue().map((value) => JSON.stringify({ alerts: [value], groupKey: value, value: [value] })),
    fc.jsonValue().map((value) => JSON.stringify({ ...alert, description: value, raw_data: value })),
  )
  await fc.assert(
    fc.asyncProperty(paths, types, bodies, async (path, type, body) => {
      const { statusCode } = await post(path, body, { 'content-type': type })
      expect([200, 400, 415, 422]).toContain(statusCode)
    }),
    { numRuns: runs(200) },
  )
})
