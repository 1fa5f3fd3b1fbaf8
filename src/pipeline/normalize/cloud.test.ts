import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const read = (object: unknown) =>
  parseRecord({ text: JSON.stringify(object), source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') })

const trail = {
  eventVersion: '1.08',
  userIdentity: { type: 'IAMUser', principalId: 'AIDA', arn: 'arn:aws:iam::1:user/mallory', userName: 'mallory' },
  eventTime: '2026-01-05T10:01:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  eventType: 'AwsApiCall',
  eventID: 'e-2',
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.9',
  recipientAccountId: '1',
}

describe('a CloudTrail record', () => {
  it('describes the action, its user, source and outcome', () => {
    const { format, time, message, fields } = read(trail)
    expect([format, time, message]).toEqual([
      'json/cloudtrail',
      Date.parse('2026-01-05T10:01:00Z'),
      'StopLogging on cloudtrail.amazonaws.com by mallory from 203.0.113.9',
    ])
    expect(fields).toMatchObject({
      'event.action': 'StopLogging',
      'event.provider': 'cloudtrail.amazonaws.com',
      'event.outcome': 'success',
      'event.id': 'e-2',
      'user.name': 'mallory',
      'user.id': 'AIDA',
      'source.ip': '203.0.113.9',
      'cloud.region': 'us-east-1',
      'cloud.account.id': '1',
      eventType: 'AwsApiCall',
    })
    expect(fields['event.code']).toBeUndefined()
  })

  it.each([
    ['an error', { errorCode: 'AccessDenied' }, 'AccessDenied'],
    [
      'a sign-in that failed',
      { eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } },
      'wrong credentials',
    ],
  ])('fails with %s', (_name, more, why) => {
    const { message, fields } = read({ ...trail, ...more })
    expect([fields['event.outcome'], message.endsWith(` failed: ${why}`)]).toEqual(['failure', true])
  })

  it.each([
    ['the root user', { type: 'Root', arn: 'arn:aws:iam::1:root' }, 'root'],
    [
      'a role',
      {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::1:assumed-role/app/s',
        sessionContext: { sessionIssuer: { userName: 'app' } },
      },
      'app',
    ],
    ['a federated user', { type: 'FederatedUser', arn: 'arn:aws:sts::1:federated-user/eve' }, 'eve'],
    ['a service', { type: 'AWSService', invokedBy: 'config.amazonaws.com' }, 'config.amazonaws.com'],
  ])('names %s', (_name, userIdentity, user) => {
    expect(read({ ...trail, userIdentity }).fields['user.name']).toBe(user)
  })
})

describe('records of clouds and shippers', () => {
  it.each<[name: string, record: unknown, time: string, message: string, fields: object]>([
    [
      'GCP text',
      {
        timestamp: '2026-01-05T10:00:00.123456789Z',
        receiveTimestamp: '2026-01-05T10:00:05Z',
        severity: 'ERROR',
        textPayload: 'disk is full',
      },
      '2026-01-05T10:00:00.123Z',
      'disk is full',
      { 'log.level': 'error' },
    ],
    [
      'GCP JSON',
      { timestamp: '2026-01-05T10:00:00Z', severity: 'WARNING', jsonPayload: { message: 'no', user: 'bob' } },
      '2026-01-05T10:00:00.000Z',
      'no',
      { 'user.name': 'bob' },
    ],
    [
      'CloudWatch',
      { id: '1', timestamp: 1767607200123, message: 'disk is full', logGroup: 'g' },
      '2026-01-05T10:00:00.123Z',
      'disk is full',
      { logGroup: 'g' },
    ],
    [
      'Loki',
      { timestamp: '1767607200123999999', message: 'disk is full', app: 'pay' },
      '2026-01-05T10:00:00.123Z',
      'disk is full',
      { 'service.name': 'pay' },
    ],
    [
      'Splunk',
      { time: 1767607200.123, host: 'web-1', sourcetype: 'x', event: 'disk is full' },
      '2026-01-05T10:00:00.123Z',
      'disk is full',
      { 'host.name': 'web-1' },
    ],
    [
      'Azure',
      {
        time: '2026-01-05T10:00:00.1234567Z',
        operationName: 'Sign-in activity',
        callerIpAddress: '203.0.113.9',
        properties: { message: 'no' },
      },
      '2026-01-05T10:00:00.123Z',
      'no',
      { 'source.ip': '203.0.113.9', 'event.action': 'Sign-in activity' },
    ],
  ])('%s', (_name, record, time, message, fields) => {
    const parsed = read(record)
    expect([new Date(parsed.time ?? 0).toISOString(), parsed.timeGuessed, parsed.message]).toEqual([
      time,
      false,
      message,
    ])
    expect(parsed.fields).toMatchObject(fields)
  })
})
