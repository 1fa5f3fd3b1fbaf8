import { isIP } from 'node:net'
import { z } from 'zod'

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

/** The options of a connection to Kafka. */
export const kafkaConnection = {
  brokers: z
    .array(z.string().regex(/^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i, 'expected host:port'))
    .min(1)
    .default(['localhost:9092'])
    .describe('Brokers to connect to first, as `host:port`. They report the others.'),
  tls: z.boolean().default(false).describe('Whether to use TLS.'),
  ca: z
    .string()
    .optional()
    .describe(
      'With `tls`: certificates to trust instead of the public ones, as PEM. `ca_file` reads them from a file.',
    ),
  sasl: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('The SASL mechanism. `plain` needs `tls`, or the password is readable on the network.'),
  username: z.string().min(1).optional().describe('The SASL user.'),
  password: z.string().min(1).optional().meta({ description: 'The password of `username`.', secret: true }),
}

/** The name of a topic. */
export const kafkaTopic = z
  .string()
  .regex(/^(?!\.{1,2}$)[\w.-]{1,249}$/, 'use letters, digits, ".", "_" and "-", 249 at most')

type KafkaConnection = z.output<z.ZodObject<typeof kafkaConnection>>

/** Lists the faults of a connection's options: those that need each other. */
export const kafkaConnectionFaults = ({
  tls,
  ca,
  sasl,
  username,
  password,
}: KafkaConnection): readonly { readonly path: string; readonly message: string }[] => [
  ...(ca !== undefined && !tls ? [{ path: 'ca', message: 'needs tls' }] : []),
  ...Object.entries({ username, password }).flatMap(([path, value]) =>
    (sasl === undefined) === (value === undefined)
      ? []
      : [{ path, message: sasl === undefined ? 'needs sasl' : 'is required with sasl' }],
  ),
]

/** Returns the options of the client library. */
export const toKafkaClient = ({ brokers, tls, ca, sasl, username, password }: KafkaConnection) => ({
  clientId: 'vedette',
  bootstrapBrokers: brokers,
  ...(tls && { tls: ca === undefined ? {} : { ca }, tlsServerName: !brokers.some(isAddress) }),
  ...(sasl && username !== undefined && password !== undefined
    ? { sasl: { mechanism: mechanisms[sasl], username, password } }
    : {}),
})

/** Whether a broker is an IP address: certificates are selected by name only. */
const isAddress = (broker: string): boolean => broker.startsWith('[') || isIP(broker.replace(/:\d+$/, '')) !== 0
