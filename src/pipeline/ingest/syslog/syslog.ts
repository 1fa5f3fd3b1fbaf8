import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { type CountDropped, createDropLog } from '../listen/dropped.ts'
import { createInbox } from '../listen/inbox.ts'
import { runListeners } from '../listen/run-listeners.ts'
import { allowSenders, listening, listeningPort } from '../listen/senders.ts'
import { listenTcp } from '../listen/tcp.ts'
import { listenUdp } from '../listen/udp.ts'
import type { Source } from '../source.ts'
import { zone } from '../zone.ts'
import { readFrames, withoutTrailer } from './syslog-frames.ts'

const options = z
  .strictObject({
    name: z.string().min(1).describe('The source of its events.'),
    udp: listeningPort('UDP'),
    tcp: listeningPort('TCP, with octet counts or line feeds'),
    tls: listeningPort('TLS; needs `cert` and `key`'),
    ...listening,
    cert: z.string().optional().describe('The certificate chain for TLS as PEM. `cert_file` reads it from a file.'),
    key: z
      .string()
      .optional()
      .meta({ description: 'The private key for TLS as PEM. `key_file` reads it from a file.', secret: true }),
    client_ca: z
      .string()
      .optional()
      .describe(
        'Accept TLS only with a certificate of these authorities, as PEM. `client_ca_file` reads it from a file.',
      ),
    max_bytes: z
      .int()
      .min(480)
      .max(1_048_576)
      .default(65_536)
      .describe('The maximum length of a message. Longer ones are cut.'),
    zone,
  })
  .superRefine(({ udp, tcp, tls, cert, key, client_ca }, { addIssue }) => {
    const fault = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message })
    if (udp === undefined && tcp === undefined && tls === undefined) fault('udp', 'set a port: udp, tcp or tls')
    if (tls !== undefined && (cert === undefined || key === undefined)) fault('tls', 'needs cert and key')
    if (tls === undefined && client_ca !== undefined) fault('client_ca', 'needs tls')
    if (tcp !== undefined && tcp === tls) fault('tls', 'needs another port than tcp')
  })

/** Declares the source that receives syslog. */
export const syslogSource = (count: CountDropped): Component<typeof options, Source> => ({
  name: 'syslog',
  summary: 'Receives syslog messages (RFC 5424, RFC 3164) by UDP, TCP and TLS.',
  options,
  create: (given, { now, log }) => ({
    async run(emit, signal) {
      const { name: source, host, udp, tcp, tls, cert, key, client_ca: clientCa, max_bytes } = given
      const inbox = createInbox()
      const dropped = createDropLog(source, { log, now, count })
      const isAllowed = allowSenders(given.allow)
      const toRecord = (text: string, peer: string) => ({
        ...{ text, source, receivedAt: now(), peer },
        ...{ zoneMinutes: given.zone },
      })
      const receive = (datagram: Buffer, peer: string) => {
        if (inbox.overflows) return dropped('udp_queue_full', 1)
        const text = withoutTrailer(datagram.toString('utf8', 0, max_bytes))
        if (text !== '') inbox.add([toRecord(text, peer)])
      }
      const streams = { source, host, isAllowed, dropped, inbox, toRecord, log, open: () => readFrames(max_bytes) }
      await runListeners(
        [
          ...(udp === undefined
            ? []
            : [(end: AbortSignal) => listenUdp({ host, port: udp, isAllowed, dropped, receive }, end)]),
          ...(tcp === undefined ? [] : [(end: AbortSignal) => listenTcp({ ...streams, port: tcp }, end)]),
          ...(tls === undefined || cert === undefined || key === undefined
            ? []
            : [(end: AbortSignal) => listenTcp({ ...streams, port: tls, tls: { cert, key, clientCa } }, end)]),
        ],
        { inbox, emit, dropped },
        signal,
      )
    },
  }),
})
