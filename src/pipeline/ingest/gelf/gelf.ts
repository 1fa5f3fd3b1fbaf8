import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { type CountDropped, createDropLog } from '../listen/dropped.ts'
import { createInbox } from '../listen/inbox.ts'
import { runListeners } from '../listen/run-listeners.ts'
import { allowSenders, listening, listeningPort } from '../listen/senders.ts'
import { listenTcp } from '../listen/tcp.ts'
import { listenUdp } from '../listen/udp.ts'
import type { Source } from '../source.ts'
import { createChunkJoiner } from './gelf-chunks.ts'
import { decompressGelf, readGelf, readGelfStream } from './gelf-message.ts'

const options = z
  .strictObject({
    name: z.string().min(1).describe('The source of its events.'),
    udp: listeningPort('UDP, also chunked and compressed'),
    tcp: listeningPort('TCP'),
    ...listening,
  })
  .refine(({ udp, tcp }) => udp !== undefined || tcp !== undefined, { path: ['udp'], error: 'set a port: udp or tcp' })

/** Declares the source that receives GELF. */
export const gelfSource = (count: CountDropped): Component<typeof options, Source> => ({
  name: 'gelf',
  summary: "Receives Graylog's GELF by UDP and TCP.",
  options,
  create: ({ name: source, host, udp, tcp, allow }, { now, log }) => ({
    async run(emit, signal) {
      const inbox = createInbox()
      const joiner = createChunkJoiner(now)
      const dropped = createDropLog(source, { log, now, count })
      const isAllowed = allowSenders(allow)
      const toRecord = (text: string, peer: string) => ({ text, source, receivedAt: now(), peer })
      const receive = (datagram: Buffer, peer: string) => {
        if (inbox.overflows) return dropped('udp_queue_full', 1)
        const message = joiner.push(datagram, peer)
        dropped('incomplete_chunks', joiner.takeIncomplete())
        if (!message) return
        try {
          const text = readGelf(decompressGelf(message))
          if (text !== '') inbox.add([toRecord(text, peer)])
        } catch {
          dropped('not_decompressed', 1)
        }
      }
      const ports = { host, isAllowed, dropped }
      await runListeners(
        [
          ...(udp === undefined ? [] : [(end: AbortSignal) => listenUdp({ ...ports, port: udp, receive }, end)]),
          ...(tcp === undefined
            ? []
            : [
                (end: AbortSignal) =>
                  listenTcp({ ...ports, source, port: tcp, inbox, open: readGelfStream, toRecord, log }, end),
              ]),
        ],
        { inbox, emit, dropped },
        signal,
      )
    },
  }),
})
