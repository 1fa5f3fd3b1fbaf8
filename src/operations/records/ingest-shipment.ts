import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** A record as a log shipper sends it: its text and the source to store it under. */
export interface ShippedRecord {
  readonly text: string
  readonly source: string
}

/** Records of a log shipper that are stored together or not at all. */
export interface Shipment {
  readonly records: readonly ShippedRecord[]
  /** Hashes the records; compared when a key is used again. */
  readonly hash: string
  /** The identity of the records, the same when the shipper sends them again. */
  readonly key?: string
  /** A key for each record, if the shipper may group them differently when it sends them again. */
  readonly recent?: readonly string[]
}

const isShipment = (value: unknown): value is Shipment | AsyncIterable<Shipment> =>
  typeof value === 'object' && value !== null && ('records' in value || Symbol.asyncIterator in value)

/**
 * Ingests the records of a request in one durable write, so that a shipper that repeats a rejected request duplicates nothing. A request
 * without an end is a stream of shipments, each with its own key.
 */
export const ingestShipment = defineOperation({
  name: 'ingest_shipment',
  summary: 'Ingests the records of a log shipper’s request. All of them are durable when the call returns.',
  role: 'ingest',
  input: z.object({
    shipment: z.custom<Shipment | AsyncIterable<Shipment>>(isShipment),
    idempotency_key: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('An idempotency key. Repeating a request with the same key has no effect.'),
  }),
  output: z.object({ accepted: z.int(), repeated: z.boolean() }).meta({ id: 'ShipmentAnswer' }),
  async run(
    { shipment, idempotency_key: sent },
    { intake, now, actor }: Pick<Deps, 'intake' | 'now'> & { readonly actor: Actor },
  ) {
    let accepted = 0
    let repeated = true
    for await (const { records, hash, key = sent, recent } of partsOf(shipment)) {
      if (records.length === 0) continue
      const receivedAt = now()
      const answer = await intake.accept(
        records.map(({ text, source }) => ({ text, source, receivedAt })),
        { ...(key !== undefined && { key: keyOf(actor, key), bodyHash: hash }), ...(recent && { recent }) },
      )
      accepted += answer.accepted
      repeated &&= answer.repeated
    }
    return { accepted, repeated: accepted > 0 && repeated }
  },
})

async function* partsOf(shipment: Shipment | AsyncIterable<Shipment>): AsyncGenerator<Shipment> {
  if ('records' in shipment) yield shipment
  else yield* shipment
}

/** Senders may choose the same key, so the key includes the sender. */
const keyOf = (actor: Actor, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['shipment', actor.name, key]))
    .digest('hex')
