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

describe('a sign-in to Microsoft Entra', () => {
  const about = {
    authenticationRequirement: 'multiFactorAuthentication',
    userId: '3ad32074-ece5-432c-afda-5ca7a9a1d1a4',
    userPrincipalName: 'kim@example.com',
    ipAddress: '203.0.113.9',
    appDisplayName: 'Salesforce',
  }
  const status = (errorCode: number, failureReason: string) => ({ status: { errorCode, failureReason } })
  const created = { createdDateTime: '2026-01-05T10:01:00Z' }
  const wrapped = {
    time: '2026-01-05T10:01:00.1234567Z',
    category: 'SignInLogs',
    operationName: 'Sign-in activity',
    identity: 'Kim Doe',
  }

  it.each<[name: string, record: object, category: string, outcome: string | undefined, ending: string]>([
    // Each successful one has a reason of failure, too.
    ['that succeeds', { ...created, ...about, ...status(0, 'Other.') }, 'authentication', 'success', ''],
    [
      'in the export of diagnostic settings',
      { ...wrapped, resultType: '50126', properties: { ...about, ...status(50_126, 'Invalid password') } },
      'authentication',
      'failure',
      ' failed (50126): Invalid password',
    ],
    [
      'that waits for the second factor',
      { ...created, ...about, ...status(50_074, 'Strong Authentication is required.') },
      'session',
      undefined,
      ' was interrupted (50074): Strong Authentication is required.',
    ],
    [
      'of Log Analytics',
      {
        TimeGenerated: '2026-01-05T10:01:00Z',
        AuthenticationRequirement: 'singleFactorAuthentication',
        UserPrincipalName: 'kim@example.com',
        IPAddress: '203.0.113.9',
        AppDisplayName: 'Salesforce',
        ResultType: '50053',
        ResultDescription: 'Locked',
      },
      'authentication',
      'failure',
      ' failed (50053): Locked',
    ],
    [
      'in a download from the portal',
      {
        'Date (UTC)': '2026-01-05T10:01:00Z',
        Username: 'kim@example.com',
        'IP address': '203.0.113.9',
        Application: 'Salesforce',
        Status: 'Success',
        'Authentication requirement': 'Multifactor authentication',
      },
      'authentication',
      'success',
      '',
    ],
  ])('%s', (_name, record, category, outcome, ending) => {
    const { time, message, fields } = read(record)
    expect(message).toBe(`Sign-in to Salesforce by kim@example.com from 203.0.113.9${ending}`)
    expect(new Date(time ?? 0).toISOString().slice(0, 19)).toBe('2026-01-05T10:01:00')
    expect([fields['event.category'], fields['event.outcome']]).toEqual([category, outcome])
    expect(fields).toMatchObject({ 'user.name': 'kim@example.com', 'source.ip': '203.0.113.9' })
    expect(fields['service.name']).toBeUndefined()
  })
})

describe('audit records of services', () => {
  it.each<[name: string, record: unknown, message: string | undefined, fields: object]>([
    [
      'Google Workspace',
      {
        kind: 'admin#reports#activity',
        id: { time: '2026-01-05T10:01:00.000Z', uniqueQualifier: '1', applicationName: 'admin', customerId: 'C0' },
        actor: { callerType: 'USER', email: 'kim@example.com', profileId: '1' },
        ipAddress: '203.0.113.9',
        events: [
          {
            type: 'USER_SETTINGS',
            name: 'GRANT_ADMIN_PRIVILEGE',
            parameters: [{ name: 'USER_EMAIL', value: 'a@b.c' }],
          },
        ],
      },
      'GRANT_ADMIN_PRIVILEGE in admin by kim@example.com from 203.0.113.9',
      { 'event.action': 'GRANT_ADMIN_PRIVILEGE', 'event.type': 'USER_SETTINGS' },
    ],
    [
      'Google Cloud',
      {
        protoPayload: {
          '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
          status: { code: 7, message: 'PERMISSION_DENIED' },
          authenticationInfo: { principalEmail: 'kim@example.com' },
          requestMetadata: { callerIp: '203.0.113.9', callerSuppliedUserAgent: 'gcloud' },
          serviceName: 'iam.googleapis.com',
          methodName: 'google.iam.admin.v1.ListServiceAccounts',
        },
        insertId: 'a',
        timestamp: '2026-01-05T10:01:00Z',
        severity: 'ERROR',
      },
      'google.iam.admin.v1.ListServiceAccounts on iam.googleapis.com by kim@example.com from 203.0.113.9 failed: PERMISSION_DENIED',
      { 'event.action': 'google.iam.admin.v1.ListServiceAccounts', 'event.outcome': 'failure' },
    ],
    [
      'Microsoft 365, with a list of identifiers',
      {
        CreationTime: '2026-01-05T10:01:00',
        Operation: 'UserLoginFailed',
        OrganizationId: 'o',
        Workload: 'AzureActiveDirectory',
        ClientIP: '203.0.113.9',
        UserId: 'kim@example.com',
        Actor: [
          { ID: '3ad32074', Type: 0 },
          { ID: 'kim@example.com', Type: 5 },
        ],
      },
      undefined,
      { 'event.action': 'UserLoginFailed' },
    ],
    [
      "a row of Microsoft Purview's export",
      {
        RecordId: 'r',
        CreationDate: '2026-01-05T10:01:00.0000000Z',
        RecordType: '1',
        Operation: 'Set-Mailbox',
        UserId: 'kim@example.com',
        AuditData:
          '{"CreationTime":"2026-01-05T10:01:00","Operation":"Set-Mailbox","Workload":"Exchange","ClientIP":"203.0.113.9:52144","UserId":"kim@example.com","Parameters":[{"Name":"ForwardingSmtpAddress","Value":"smtp:a@b.c"}]}',
      },
      undefined,
      { 'event.action': 'Set-Mailbox', 'Parameters.ForwardingSmtpAddress': 'smtp:a@b.c' },
    ],
    [
      'Atlassian',
      {
        id: 'a',
        type: 'events',
        attributes: {
          time: '2026-01-05T10:01:00.000Z',
          action: 'user_granted_role',
          actor: { id: '5', name: 'Kim Doe', email: 'kim@example.com' },
          location: { ip: '203.0.113.9', geo: 'Berlin' },
        },
      },
      undefined,
      { 'event.action': 'user_granted_role' },
    ],
    [
      'Cloudflare',
      {
        action: { result: true, type: 'token_create' },
        actor: { email: 'kim@example.com', id: 'c', ip: '203.0.113.9', type: 'user' },
        id: 'a',
        interface: 'UI',
        when: '2026-01-05T10:01:00Z',
      },
      undefined,
      { 'event.action': 'token_create', 'event.outcome': 'success' },
    ],
    [
      'GitHub, in an event for Splunk',
      {
        time: 1_767_607_260.5,
        host: 'collector',
        sourcetype: 'github',
        event: {
          '@timestamp': 1_767_607_260_500,
          action: 'repo.access',
          actor: 'kim@example.com',
          actor_ip: '203.0.113.9',
        },
      },
      undefined,
      { 'event.action': 'repo.access', 'host.name': 'collector' },
    ],
  ])('%s', (_name, record, message, fields) => {
    const parsed = read(record)
    if (message !== undefined) expect(parsed.message).toBe(message)
    expect(new Date(parsed.time ?? 0).toISOString().slice(0, 19)).toBe('2026-01-05T10:01:00')
    expect(parsed.fields).toMatchObject({ 'user.name': 'kim@example.com', 'source.ip': '203.0.113.9', ...fields })
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

describe('a login to a cloud service', () => {
  const who = { userPrincipalName: 'kim@example.org', ipAddress: '203.0.113.9', appDisplayName: 'Graph Explorer' }
  const okta = {
    actor: { id: '00u1', type: 'User', alternateId: 'kim@example.org' },
    client: { ipAddress: '203.0.113.9' },
    ...{ displayMessage: 'User login to Okta', eventType: 'user.session.start', published: '2026-01-05T10:01:00.123Z' },
    outcome: { result: 'FAILURE', reason: 'INVALID_CREDENTIALS' },
  }
  const auth0 = {
    ...{ date: '2026-01-05T10:01:00.000Z', client_id: 'c1', ip: '203.0.113.9', user_name: 'kim@example.org' },
    ...{ connection: 'Username-Password-Authentication', log_id: '9002' },
  }
  const event = (detail: object) => ({
    ...{ version: '0', 'detail-type': 'event', source: 'aws.partner/example.org/x', account: '1', region: 'eu-west-1' },
    time: '2026-01-05T10:01:01Z',
    detail,
  })
  const onelogin = {
    ...{ account_id: 7, user_name: 'kim@example.org', ipaddr: '203.0.113.9', actor_user_name: null },
    ...{ created_at: '2026-01-05T10:01:00Z', notes: 'Initiated by OneLogin' },
  }
  const duo = {
    ...{ event_type: 'authentication', isotimestamp: '2026-01-05T10:01:00.123456+00:00', factor: 'duo_push' },
    ...{ access_device: { ip: '203.0.113.9' }, auth_device: { ip: '198.51.100.7' }, user: { name: 'kim@example.org' } },
  }
  const salesforce = {
    ...{ EVENT_TYPE: 'Login', USER_NAME: 'kim@example.org', CLIENT_IP: '203.0.113.9', URI: '/index.jsp' },
    TIMESTAMP_DERIVED: '2026-01-05T10:01:00.123Z',
  }
  const access = {
    ...{ action: 'login', app_domain: 'a.example.org', created_at: '2026-01-05T10:01:00Z', ip_address: '203.0.113.9' },
    user_email: 'kim@example.org',
  }

  it.each<[name: string, record: object, outcome: 'success' | 'failure']>([
    [
      'Microsoft Graph 1.0',
      { createdDateTime: '2026-01-05T10:01:00Z', ...who, conditionalAccessStatus: 'success', status: { errorCode: 0 } },
      'success',
    ],
    [
      'Microsoft Graph 1.0',
      {
        ...{ createdDateTime: '2026-01-05T10:01:00Z', ...who, conditionalAccessStatus: 'notApplied' },
        status: { errorCode: 50_126, failureReason: 'Invalid username or password' },
      },
      'failure',
    ],
    ['Okta, delivered by EventBridge', event(okta), 'failure'],
    ['Auth0', { ...auth0, type: 's' }, 'success'],
    ['Auth0', { ...auth0, type: 'fp' }, 'failure'],
    ['Auth0, streamed', { log_id: '9002', data: { ...auth0, type: 's' } }, 'success'],
    ['Auth0, delivered by EventBridge', event({ log_id: '9002', data: { ...auth0, type: 'fu' } }), 'failure'],
    ['OneLogin', { ...onelogin, event_type_id: 5 }, 'success'],
    ['OneLogin', { ...onelogin, event_type_id: '6' }, 'failure'],
    ['Duo', { ...duo, reason: 'user_approved', result: 'success' }, 'success'],
    ['Duo', { ...duo, reason: 'user_marked_fraud', result: 'fraud' }, 'failure'],
    ['Salesforce', { ...salesforce, LOGIN_STATUS: 'LOGIN_NO_ERROR' }, 'success'],
    ['Salesforce', { ...salesforce, LOGIN_STATUS: 'LOGIN_ERROR_INVALID_PASSWORD' }, 'failure'],
    [
      'Salesforce, in real time',
      {
        ...{ EventDate: '2026-01-05T10:01:00.000Z', Username: 'kim@example.org', SourceIp: '203.0.113.9' },
        ...{ Status: 'Success', Type: 'LoginEvent' },
      },
      'success',
    ],
    ['Cloudflare Access', { ...access, allowed: true }, 'success'],
    ['Cloudflare Access', { ...access, allowed: false }, 'failure'],
    [
      'Slack',
      {
        ...{ date_create: 1_767_607_260, action: 'user_login', actor: { user: { email: 'kim@example.org' } } },
        context: { ip_address: '203.0.113.9' },
      },
      'success',
    ],
    [
      'authentik',
      {
        ...{ user: { username: 'kim@example.org' }, action: 'login', app: 'authentik.events.signals' },
        ...{ client_ip: '203.0.113.9', created: '2026-01-05T10:01:00Z' },
      },
      'success',
    ],
  ])('names user, client, outcome and time: %s', (_, record, outcome) => {
    const { fields, time } = read(record)
    expect([fields['event.category'], fields['event.outcome']]).toEqual(['authentication', outcome])
    expect([fields['user.name'], fields['source.ip']]).toEqual(['kim@example.org', '203.0.113.9'])
    expect(new Date(time ?? 0).toISOString().slice(0, 17)).toBe('2026-01-05T10:01:')
  })

  it('is none with another type of Auth0, and none of another program', () => {
    expect(read({ ...auth0, type: 'slo' }).fields['event.category']).toBeUndefined()
    expect(read({ ...auth0, log_id: undefined, type: 's' }).fields['event.category']).toBeUndefined()
  })

  it('is a record of CloudTrail from EventBridge too, and other events stay whole', () => {
    expect(read(event(trail))).toEqual(read(trail))
    const state = { ...event({ state: 'stopped' }), source: 'aws.ec2' }
    expect(read(state).fields).toMatchObject({ 'detail-type': 'event', 'detail.state': 'stopped' })
  })

  it.each([
    ['src=203.0.113.9 suser=kim outcome=FAILURE reason=INVALID_CREDENTIALS', 'failure'],
    ['src=203.0.113.9 duser=kim outcome=/Success', 'success'],
  ])('is read from CEF: %s', (pairs, outcome) => {
    const text = `CEF:0|Okta|Okta|1.0|user.session.start|User login to Okta|5|rt=1767607260000 ${pairs}`
    expect(parseRecord({ text, source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') }).fields).toMatchObject({
      ...{ 'event.category': 'authentication', 'event.outcome': outcome },
      ...{ 'user.name': 'kim', 'source.ip': '203.0.113.9' },
    })
  })
})
