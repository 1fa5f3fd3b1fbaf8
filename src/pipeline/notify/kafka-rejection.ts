import { AppError, messageOf } from '../../errors.ts'

interface Addressee {
  readonly brokers: readonly string[]
  readonly topic: string
}

/** What no further attempt can change, and what to do about it. Everything else may pass: a broker away, a leader that changes. */
const lasting: Readonly<Record<string, string>> = {
  PLT_KFK_AUTHENTICATION: 'Check sasl, username and password.',
  SASL_AUTHENTICATION_FAILED: 'Check sasl, username and password.',
  UNSUPPORTED_SASL_MECHANISM: 'Set sasl to what the brokers offer.',
  ILLEGAL_SASL_STATE: 'Check that the brokers want sasl on this port.',
  SECURITY_DISABLED: 'Check that the brokers want sasl on this port.',
  TOPIC_AUTHORIZATION_FAILED: 'Allow this user to write to the topic.',
  CLUSTER_AUTHORIZATION_FAILED: 'Allow this user to write idempotently.',
  INVALID_TOPIC_EXCEPTION: 'Name a topic that the brokers accept.',
  PLT_KFK_USER: 'Create the topic, or set tls as the brokers want it on this port.',
  POLICY_VIOLATION: 'Ask who runs the brokers what their policy is.',
  INVALID_RECORD: 'Ask who runs the brokers what the topic accepts.',
  MESSAGE_TOO_LARGE: 'Raise max.message.bytes of the topic.',
  RECORD_LIST_TOO_LARGE: 'Raise segment.bytes of the topic.',
  UNSUPPORTED_VERSION: 'Use brokers of Kafka 3.5 or later.',
  PLT_KFK_UNSUPPORTED_API: 'Use brokers of Kafka 3.5 or later.',
}

/** A certificate that is not trusted, TLS spoken to who does not. */
const untrusted = /CERT|SIGNATURE|^HOSTNAME_|^ERR_(?:TLS|SSL)_/

/** Tells what became of a message by the last thing that went wrong, in words that cannot quote what was sent to sign in. */
export const kafkaRejection = (error: unknown, { brokers, topic }: Addressee): AppError => {
  const root = rootOf(error)
  const code = codeOf(root)
  const reason = code === 'PLT_KFK_USER' ? messageOf(root).replace(/\.$/, '') : code
  const hint = untrusted.test(code)
    ? 'Check the port, and that `ca` has issued the certificates of the brokers.'
    : lasting[code]
  return new AppError(
    'SINK_REJECTED',
    `Kafka at ${brokers.join(', ')} did not take the message for ${topic}: ${reason}.`,
    {
      hint: hint ?? 'Check the brokers, and that they can be reached from here.',
      retryable: hint === undefined,
    },
  )
}

/** Finds the last of several attempts, and what is at the bottom of it. */
const rootOf = (error: unknown): unknown => {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors.at(-1))
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  if ('apiId' in error && typeof error.apiId === 'string') return error.apiId
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
