import type { Log } from '../../../component.ts'
import { minute } from '../../../lib/units/time.ts'

/** The reasons why a listener drops what it receives. The first two lose datagrams, because their senders cannot wait. */
export type DropReason =
  | 'udp_queue_full'
  | 'udp_receive_buffer'
  | 'sender_not_allowed'
  | 'too_many_connections'
  | 'incomplete_chunks'
  | 'not_decompressed'
  | 'unreadable_object'
  | 'stopped'

/** Counts dropped messages and connections. */
export type CountDropped = (reason: DropReason, count: number) => void

const meanings: Readonly<Record<DropReason, string>> = {
  udp_queue_full:
    'Datagrams are dropped because they arrive faster than they can be stored. Use TCP to make senders wait.',
  udp_receive_buffer:
    'The system drops datagrams because its receive buffer is full. Use TCP, or increase net.core.rmem_max.',
  sender_not_allowed: 'Senders outside "allow" are ignored.',
  too_many_connections: 'Connections are refused because too many are open.',
  incomplete_chunks: 'Messages are dropped because some of their chunks did not arrive.',
  not_decompressed: 'Messages are dropped because they cannot be decompressed, or are longer than 1 MiB.',
  unreadable_object: 'Objects are skipped because they cannot be read.',
  stopped: 'Records were received but could not be stored before the stop.',
}

/** Counts what a source drops, and logs it at most once a minute per reason. */
export const createDropLog = (
  source: string,
  { log, now, count }: { readonly log: Log; readonly now: () => number; readonly count: CountDropped },
): CountDropped => {
  const unlogged = new Map<DropReason, { at: number; count: number }>()
  return (reason, dropped) => {
    if (dropped <= 0) return
    count(reason, dropped)
    const known = unlogged.get(reason) ?? { at: Number.NEGATIVE_INFINITY, count: 0 }
    known.count += dropped
    unlogged.set(reason, known)
    if (now() - known.at < minute) return
    log.warn({ source, reason, count: known.count }, meanings[reason])
    known.at = now()
    known.count = 0
  }
}
