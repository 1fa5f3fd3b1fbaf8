import { hostname } from 'node:os'
import { z } from 'zod'
import type { Component } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { syslogFacilities } from '../../schema/syslog-facility.ts'
import { causeOf } from './post.ts'
import type { Sink } from './sink.ts'
import { cutTo, toSyslog } from './syslog-message.ts'
import { sendDatagram, sendStream } from './syslog-transport.ts'

/** What RFC 5424 wants every receiver to take; longer datagrams may be cut or lost on the way. */
const longestDatagram = 2_048

const options = z
  .strictObject({
    host: z
      .string()
      .regex(/^[\w.:%-]+$/, 'expected a name or an address, without a port')
      .default('localhost')
      .describe('The name or address of the receiver.'),
    port: z.int().min(1).max(65_535).default(514).describe('Its port; receivers of TLS mostly listen on 6514.'),
    protocol: z
      .enum(['udp', 'tcp', 'tls'])
      .default('udp')
      .describe(
        'Prefer `tcp` or `tls`: over `udp` nobody learns of what is lost, and messages are cut to 2,048 bytes.',
      ),
    ca: z
      .string()
      .optional()
      .describe('With `tls`: the certificates to trust in place of the public ones, as PEM; `ca_file` reads them.'),
    format: z.enum(['rfc5424', 'rfc3164']).default('rfc5424').describe('`rfc3164` for receivers of the old format.'),
    facility: z.enum(syslogFacilities).default('authpriv').describe('Where messages say that they are from.'),
    app_name: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,31}$/, 'use up to 32 letters, digits, dots, dashes and underscores')
      .default('vedette')
      .describe('The program that messages say that they are from.'),
  })
  .refine(({ protocol, ca }) => ca === undefined || protocol === 'tls', { path: ['ca'], error: 'needs protocol: tls' })

/**
 * Sends `ANOMALY: type | User= IP= Score= | message`. Over UDP, success means handed to the network and nothing more; prefer TCP.
 * Whether the receiver took note can be seen there alone: syslog has no answer.
 */
export const syslogSink: Component<typeof options, Sink> = {
  name: 'syslog',
  summary: 'Sends each incident as a line of syslog, over UDP, TCP or TLS.',
  options,
  create({ format, facility, app_name: appName, ...receiver }) {
    const frame = { format, facility, appName, hostname: hostname() }
    return {
      async send(notification, signal) {
        const message = toSyslog(notification, frame)
        try {
          if (receiver.protocol === 'udp') await sendDatagram(cutTo(longestDatagram, message), receiver, signal)
          else await sendStream(message, receiver, signal)
        } catch (error) {
          throw rejection(`${receiver.host}, port ${receiver.port} (${receiver.protocol}),`, causeOf(error))
        }
      },
    }
  },
}

/** A certificate that is not trusted, TLS spoken to who does not, a datagram too long for the network: the same again later. */
const lasting = /CERT|SIGNATURE|^HOSTNAME_|^ERR_(?:TLS|SSL)_|^EMSGSIZE$/

const rejection = (receiver: string, cause: string): AppError => {
  const lasts = lasting.test(cause)
  return new AppError('SINK_REJECTED', `${receiver} could not be told: ${cause}.`, {
    hint: lasts
      ? 'Check protocol and port, and that `ca` has issued the certificate of the receiver and it names this host.'
      : 'Check host, port and protocol, and that the receiver can be reached from here.',
    retryable: !lasts,
  })
}
