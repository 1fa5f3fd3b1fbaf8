import { describe, expect, it } from 'vitest'
import { parseRecord } from '../parse-record.ts'

const read = (record: object) =>
  parseRecord({ text: JSON.stringify(record), source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') }).fields

const time = '2026-01-05T10:01:00Z'
const both = { 'user.name': 'kim@example.com', 'user.target.name': 'ada@example.com' }

describe('a record about two users names the one who acts and the one who is acted upon', () => {
  it.each<[name: string, record: object]>([
    [
      'GitHub',
      {
        '@timestamp': 1_767_607_260_000,
        action: 'org.update_member',
        actor: 'kim@example.com',
        user: 'ada@example.com',
      },
    ],
    [
      'Okta',
      {
        published: time,
        eventType: 'user.mfa.factor.reset_all',
        displayMessage: 'Reset all factors for user',
        actor: { id: '1', type: 'User', alternateId: 'kim@example.com' },
        target: [{ id: '2', type: 'User', alternateId: 'ada@example.com' }],
      },
    ],
    [
      'Okta, with more targets',
      {
        published: time,
        eventType: 'group.user_membership.add',
        displayMessage: 'Add user to group membership',
        actor: { id: '1', type: 'User', alternateId: 'kim@example.com' },
        target: [
          { id: '3', type: 'UserGroup', alternateId: 'unknown', displayName: 'Staff' },
          { id: '2', type: 'User', alternateId: 'ada@example.com' },
        ],
      },
    ],
    [
      'Microsoft Entra',
      {
        time,
        category: 'AuditLogs',
        operationName: 'Reset password (by admin)',
        properties: {
          initiatedBy: { user: { userPrincipalName: 'kim@example.com', ipAddress: '203.0.113.9' } },
          targetResources: [{ id: '2', type: 'User', userPrincipalName: 'ada@example.com', modifiedProperties: [] }],
        },
      },
    ],
    [
      'Google Workspace',
      {
        kind: 'admin#reports#activity',
        id: { time, applicationName: 'admin' },
        actor: { email: 'kim@example.com' },
        events: [
          {
            type: 'USER_SETTINGS',
            name: 'CHANGE_PASSWORD',
            parameters: [{ name: 'USER_EMAIL', value: 'ada@example.com' }],
          },
        ],
      },
    ],
    [
      'AWS',
      {
        eventTime: time,
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateAccessKey',
        userIdentity: { type: 'IAMUser', userName: 'kim@example.com' },
        requestParameters: { userName: 'ada@example.com' },
      },
    ],
  ])('%s', (_name, record) => expect(read(record)).toMatchObject(both))

  it('names no target that is the actor, or no user', () => {
    const okta = { published: time, eventType: 'user.session.start', displayMessage: 'User login to Okta' }
    const actor = { id: '1', type: 'User', alternateId: 'kim@example.com' }
    expect(read({ ...okta, actor, target: [actor] })['user.target.name']).toBeUndefined()
    const app = { id: '3', type: 'AppInstance', alternateId: 'Salesforce' }
    expect(read({ ...okta, actor, target: [app] })['user.target.name']).toBeUndefined()
  })
  it('leaves the user of a program that names an actor for other purposes', () => {
    const login = { time, level: 'info', actor: 'api', user: 'kim', action: 'login', msg: 'password refused' }
    expect(read(login)).toMatchObject({ 'user.name': 'kim' })
  })
})
