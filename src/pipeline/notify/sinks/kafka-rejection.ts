import { AppError, messageOf } from '../../../errors.ts'

interface Addressee {
  readonly brokers: readonly string[]
  readonly topic: string
}

/** Errors that a retry cannot fix, with hints. All others may be temporary. */
const lasting: Readonly<Record<string, string>> = {
  PLT_KFK_AUTHENTICATION: 'Check sasl, username and password.',
  SASL_AUTHENTICATION_FAILED: 'Check sasl, username and password.',
  UNSUPPORTED_SASL_MECHANISM: 'Set sasl to a mechanism that the brokers support.',
  ILLEGAL_SASL_STATE: 'Check that the brokers expect sasl on this port.',
  SECURITY_DISABLED: 'Check that the brokers expect sasl on this port.',
  TOPIC_AUTHORIZATION_FAILED: 'Allow this user to write to the topic.',
  CLUSTER_AUTHORIZATION_FAILED: 'Allow this user to write idempotently.',
  INVALID_TOPIC_EXCEPTION: 'Use a topic name that the brokers accept.',
  PLT_KFK_USER: 'Create the topic, or set tls as the brokers expect on this port.',
  POLICY_VIOLATION: 'Ask the administrator of the brokers about their policy.',
  INVALID_RECORD: 'Ask the administrator of the brokers what the topic accepts.',
  MESSAGE_TOO_LARGE: 'Raise max.message.bytes of the topic.',
  RECORD_LIST_TOO_LARGE: 'Raise segment.bytes of the topic.',
  UNSUPPORTED_VERSION: 'Use brokers of Kafka 3.5 or later.',
  PLT_KFK_UNSUPPORTED_API: 'Use brokers of Kafka 3.5 or later.',
}

/** An untrusted certificate, or TLS to a port that does not speak it. */
const untrusted = /CERT|SIGNATURE|^HOSTNAME_|^ERR_(?:TLS|SSL)_/

/** Builds the error for a failed message from its root cause. Never quotes credentials. */
export const kafkaRejection = (error: unknown, { brokers, topic }: Addressee): AppError => {
  const root = rootOf(error)
  const code = codeOf(root)
  const reason = code === 'PLT_KFK_USER' ? messageOf(root).replace(/\.$/, '') : code
  const hint = untrusted.test(code)
    ? 'Check the port, and that `ca` has issued the certificates of the brokers.'
    : lasting[code]
  return new AppError('SINK_REJECTED', `Kafka at ${brokers.join(', ')} rejected the message for ${topic}: ${reason}.`, {
    hint: hint ?? 'Check that the brokers run and can be reached from here.',
    retryable: hint === undefined,
  })
}

/** Returns the root cause of the last attempt. */
const rootOf = (error: unknown): unknown => {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors.at(-1))
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  if ('apiId' in error && typeof error.apiId === 'string') return error.apiId
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
