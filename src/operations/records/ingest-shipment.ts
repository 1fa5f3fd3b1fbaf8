import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** A record as a log shipper sends it: its text and the source to store it under. */
export interface ShippedRecord {
  readonly text: string
  readonly source: string
}

/** The records of one request of a log shipper. */
export interface Shipment {
  readonly records: readonly ShippedRecord[]
  /** Hashes the body of the request; compared when a key is used again. */
  readonly hash: string
}

const isShipment = (value: unknown): value is Shipment =>
  typeof value === 'object' && value !== null && 'records' in value && 'hash' in value

/** Takes in all records of a request in one durable write, so that a shipper that repeats a refused request doubles nothing. */
export const ingestShipment = defineOperation({
  name: 'ingest_shipment',
  summary:
    'Ingests the records of a log shipper’s request. When the call returns, all are durable; if it fails, none is.',
  role: 'ingest',
  input: z.object({
    shipment: z.custom<Shipment>(isShipment),
    idempotency_key: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('An idempotency key. Repeating a request with the same key has no effect.'),
  }),
  output: z.object({ accepted: z.int(), repeated: z.boolean() }).meta({ id: 'ShipmentAnswer' }),
  async run(
    { shipment: { records, hash }, idempotency_key: key },
    { intake, now, actor }: Pick<Deps, 'intake' | 'now'> & { readonly actor: Actor },
  ) {
    if (records.length === 0) return { accepted: 0, repeated: false }
    const receivedAt = now()
    return intake.accept(
      records.map(({ text, source }) => ({ text, source, receivedAt })),
      key === undefined ? {} : { key: keyOf(actor, key), bodyHash: hash },
    )
  },
})

/** Senders may choose the same key, so the key includes the sender. */
const keyOf = (actor: Actor, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['shipment', actor.name, key]))
    .digest('hex')
