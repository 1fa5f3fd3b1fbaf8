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

describe('an entry of lookup-events', () => {
  it('is the record that it contains as a text', () => {
    const entry = { EventId: 'e-2', EventName: 'StopLogging', EventTime: 1_767_607_260, Username: 'mallory' }
    expect(read({ ...entry, CloudTrailEvent: JSON.stringify(trail) })).toEqual(read(trail))
  })

  it('is none with another text', () =>
    expect(read({ EventTime: 1_767_607_260, CloudTrailEvent: '{"a":1}' }).format).toBe('json'))
})

describe("an entry of Azure's activity log", () => {
  const entry = {
    caller: 'mallory@acme.example',
    description: '',
    eventTimestamp: '2026-01-05T10:01:00.123Z',
    httpRequest: { clientIpAddress: '203.0.113.9', method: 'DELETE' },
    level: 'Error',
    operationName: { localizedValue: 'Delete Virtual Machine', value: 'Microsoft.Compute/virtualMachines/delete' },
    status: { localizedValue: 'Failed', value: 'Failed' },
    subStatus: { localizedValue: 'Forbidden', value: 'Forbidden' },
    subscriptionId: 's-1',
  }

  it('describes the operation, its user, source and outcome', () =>
    expect(read(entry)).toMatchObject({
      format: 'json/azure-activity',
      time: Date.parse('2026-01-05T10:01:00.123Z'),
      message: 'Delete Virtual Machine: Failed: Forbidden',
      fields: {
        'event.action': 'Microsoft.Compute/virtualMachines/delete',
        'event.outcome': 'failure',
        'user.name': 'mallory@acme.example',
        'source.ip': '203.0.113.9',
        'cloud.account.id': 's-1',
      },
    }))

  it('has no outcome before its end', () =>
    expect(read({ ...entry, status: { value: 'Started' } }).fields['event.outcome']).toBeUndefined())
})

describe('an event of Kubernetes', () => {
  it('names its reason, level, pod and node', () =>
    expect(
      read({
        apiVersion: 'v1',
        kind: 'Event',
        involvedObject: { kind: 'Pod', name: 'web-7d9f', namespace: 'shop' },
        lastTimestamp: '2026-01-05T10:01:00Z',
        message: 'Back-off restarting failed container',
        reason: 'BackOff',
        source: { component: 'kubelet', host: 'node-1' },
        type: 'Warning',
      }),
    ).toMatchObject({
      time: Date.parse('2026-01-05T10:01:00Z'),
      message: 'Back-off restarting failed container',
      fields: {
        'event.action': 'BackOff',
        'log.level': 'warning',
        'kubernetes.pod.name': 'web-7d9f',
        'host.name': 'node-1',
        'service.name': 'kubelet',
      },
    }))
})

describe("rsyslog's templates in JSON", () => {
  it.each([
    ['a tag', { syslogtag: 'sshd[4711]:' }],
    ['a short name', { tag: 'sshd[4711]:' }],
    ['the name of the program', { 'app-name': 'sshd', syslogtag: 'sshd[4711]:' }],
  ])('name program and process by %s', (_name, names) =>
    expect(
      read({ time: '2026-01-05T10:01:00Z', host: 'web-1', ...names, msg: ' Invalid user x from 203.0.113.9' }),
    ).toMatchObject({
      message: 'Invalid user x from 203.0.113.9',
      fields: { 'process.name': 'sshd', 'process.pid': 4_711, 'service.name': 'sshd', 'user.name': 'x' },
    }),
  )

  it('leaves other tags', () => expect(read({ tag: 'v1.2', msg: 'built' }).fields['process.name']).toBeUndefined())
})

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
