import { AuthenticationError, MultipleErrors, NetworkError, ProtocolError, UserError } from '@platformatic/kafka'
import { expect, it } from 'vitest'
import { kafkaRejection } from './kafka-rejection.ts'

const rejectionOf = (error: unknown) =>
  kafkaRejection(error, { brokers: ['kafka-1:9092'], topic: 'security-anomalies' })
const from = (id: string) => new MultipleErrors('refused', [new ProtocolError(id)])
const refused = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1'), { code: 'ECONNREFUSED' })

it.each([
  ['a broker that is away', new NetworkError('Connection failed.', { cause: refused }), 'ECONNREFUSED', true],
  ['a leader that moved', from('NOT_LEADER_OR_FOLLOWER'), 'NOT_LEADER_OR_FOLLOWER', true],
  ['no leader', from('LEADER_NOT_AVAILABLE'), 'LEADER_NOT_AVAILABLE', true],
  ['too few replicas', from('NOT_ENOUGH_REPLICAS'), 'NOT_ENOUGH_REPLICAS', true],
  ['a broker that is slow', from('REQUEST_TIMED_OUT'), 'REQUEST_TIMED_OUT', true],
  ['a producer that the broker forgot', from('UNKNOWN_PRODUCER_ID'), 'UNKNOWN_PRODUCER_ID', true],
  [
    'a broker lost while signing in',
    new AuthenticationError('no', { cause: new NetworkError('closed') }),
    'PLT_KFK_NETWORK',
    true,
  ],
  ['something else', 'a text', 'unknown error', true],
  [
    'a wrong password',
    new NetworkError('failed', { cause: new AuthenticationError('no', { cause: from('SASL_AUTHENTICATION_FAILED') }) }),
    'SASL_AUTHENTICATION_FAILED',
    false,
  ],
  ['a broker that cannot prove itself', new AuthenticationError('Invalid signature'), 'PLT_KFK_AUTHENTICATION', false],
  ['a topic that is not ours', from('TOPIC_AUTHORIZATION_FAILED'), 'TOPIC_AUTHORIZATION_FAILED', false],
  ['a message that is too large', from('MESSAGE_TOO_LARGE'), 'MESSAGE_TOO_LARGE', false],
  [
    'a topic that is not there',
    new UserError('Unknown topic security-anomalies.'),
    'Unknown topic security-anomalies',
    false,
  ],
  ['a policy', from('POLICY_VIOLATION'), 'POLICY_VIOLATION', false],
])('reports whether a retry can help after %s', (_name, error, reason, retryable) => {
  expect(rejectionOf(error)).toMatchObject({
    code: 'SINK_REJECTED',
    message: `Kafka at kafka-1:9092 rejected the message for security-anomalies: ${reason}.`,
    retryable,
  })
})

it('uses the last of several attempts', () => {
  const away = new NetworkError('Connection failed.', { cause: refused })
  expect(rejectionOf(new MultipleErrors('twice', [from('MESSAGE_TOO_LARGE'), away])).retryable).toBe(true)
  expect(rejectionOf(new MultipleErrors('twice', [away, from('MESSAGE_TOO_LARGE')])).retryable).toBe(false)
})
