import { hostname } from 'node:os'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { syslogFacilities } from '../../../schema/event/syslog-facility.ts'
import type { Sink } from '../sink.ts'
import { errorCodeOf } from './post.ts'
import { cutTo, toSyslog } from './syslog-message.ts'
import { sendDatagram, sendStream } from './syslog-transport.ts'

/** The size that RFC 5424 asks every receiver to accept. Longer datagrams may be cut or lost. */
const longestDatagram = 2_048

const options = z
  .strictObject({
    host: z
      .string()
      .regex(/^[\w.:%-]+$/, 'expected a host name or address, without a port')
      .default('localhost')
      .describe('Host name or address of the receiver.'),
    port: z.int().min(1).max(65_535).default(514).describe('Port of the receiver; usually 6514 for TLS.'),
    protocol: z
      .enum(['udp', 'tcp', 'tls'])
      .default('udp')
      .describe('Prefer `tcp` or `tls`: `udp` loses messages silently and cuts them to 2,048 bytes.'),
    ca: z
      .string()
      .optional()
      .describe(
        'With `tls`: certificates to trust instead of the public ones, as PEM. `ca_file` reads them from a file.',
      ),
    format: z.enum(['rfc5424', 'rfc3164']).default('rfc5424').describe('Use `rfc3164` for old receivers.'),
    facility: z.enum(syslogFacilities).default('authpriv').describe('The syslog facility of the messages.'),
    app_name: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,31}$/, 'use up to 32 letters, digits, dots, dashes and underscores')
      .default('vedette')
      .describe('The application name in the messages.'),
  })
  .refine(({ protocol, ca }) => ca === undefined || protocol === 'tls', { path: ['ca'], error: 'needs protocol: tls' })

/**
 * Sends `ANOMALY: type | User= IP= Score= | message`. Syslog has no acknowledgement, so success means only that the network accepted the
 * message. Prefer TCP to UDP.
 */
export const syslogSink: Component<typeof options, Sink> = {
  name: 'syslog',
  summary: 'Sends each incident as a syslog line, over UDP, TCP or TLS.',
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
          throw rejection(`${receiver.host}:${receiver.port} (${receiver.protocol})`, errorCodeOf(error))
        }
      },
      preview: (notification) => toSyslog(notification, frame).toString(),
    }
  },
}

/** An untrusted certificate, TLS to a port that does not speak it, or a datagram too long for the network. A retry cannot help. */
const lasting = /CERT|SIGNATURE|^HOSTNAME_|^ERR_(?:TLS|SSL)_|^EMSGSIZE$/

const rejection = (receiver: string, cause: string): AppError => {
  const lasts = lasting.test(cause)
  return new AppError('SINK_REJECTED', `Could not send to ${receiver}: ${cause}.`, {
    hint: lasts
      ? 'Check protocol and port, that `ca` issued the certificate of the receiver, and that it names this host.'
      : 'Check host, port and protocol, and that the receiver can be reached from here.',
    retryable: !lasts,
  })
}
