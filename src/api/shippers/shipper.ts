import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError, messageOf } from '../../errors.ts'
import { confirmSender } from '../../operations/records/confirm-sender.ts'
import { ingestShipment, type Shipment, type ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { readBody } from '../body.ts'
import type { ReadToken, Refuse, Route } from '../rest/route.ts'
import { mostRecords, readLimited, tooMany } from './body-limits.ts'
import { keysOfRecords } from './record-keys.ts'

/** The protocol of log shippers: its authentication, and its answer when a request fails. */
export interface Shipper {
  readonly readToken: ReadToken
  readonly refuse: Refuse
}

/** The decoded records of a request. */
export interface ShippedRecords {
  readonly records: readonly ShippedRecord[]
  /** The protocol's own id of the request, the same for each retry. */
  readonly id?: string
  /** The sender's own ids of the records. */
  readonly ids?: readonly (string | undefined)[]
  /** Whether every record has an id, or a time finer than a second: then a request with the same bytes is a retry, not news. */
  readonly timed: boolean
}

interface Door<Decoded extends ShippedRecords> {
  readonly method?: 'POST' | 'PUT'
  readonly path: string
  /** Omitted from the reference: another path of the same route. */
  readonly hide?: true
  /** Whether the shipper may group its records differently when it retries. Then records with ids or precise times are recognized one by one. */
  readonly regroups?: true
  /** Decodes a body. May throw a SyntaxError or a RangeError for bytes that it cannot read. */
  decode(body: Buffer, request: FastifyRequest): Decoded
  /** Returns the body of the answer. */
  present(delivery: Decoded, request: FastifyRequest, reply: FastifyReply): unknown
}

/** Longer records are cut, as in files. */
const mostChars = 1_048_576

/** Creates the route where a shipper delivers records. */
export const receiveAt = <Decoded extends ShippedRecords>(
  shipper: Shipper,
  { method = 'POST', path, hide, regroups, decode, present }: Door<Decoded>,
): Route => {
  const deliveries = new WeakMap<FastifyRequest, Decoded>()
  return {
    method,
    path,
    ...entranceOf(shipper, path),
    ...(hide && { hide }),
    async read(request) {
      const body = await readLimited(readBody(request.raw))
      const delivery = attempt(() => decode(body, request))
      if (delivery.records.length > mostRecords) throw tooMany('records', mostRecords)
      deliveries.set(request, delivery)
      const hash = createHash('sha256').update(path).update('\0').update(body).digest('hex')
      const { id, timed } = delivery
      const hasOwnKey = request.headers['idempotency-key'] !== undefined
      const recent = regroups && timed && !hasOwnKey ? keysOfRecords(delivery.records, delivery.ids) : undefined
      // The sender's own key is in a header.
      const ownKey = hasOwnKey ? undefined : (id ?? (timed ? hash : undefined))
      return {
        shipment: {
          records: delivery.records.map(cut),
          hash,
          ...(ownKey !== undefined && { key: ownKey }),
          ...(recent && { recent }),
        },
      }
    },
    present(_answer, request, reply) {
      const delivery = deliveries.get(request)
      if (!delivery) throw new Error('A request is answered that was not read.')
      return present(delivery, request, reply)
    },
  }
}

interface StreamDoor {
  readonly path: string
  /** Decodes a body while it arrives. */
  decode(body: AsyncIterable<Uint8Array>): AsyncIterable<Shipment>
  /** Returns the body of the answer. */
  present(reply: FastifyReply): unknown
}

/** Creates the route where a shipper delivers more records than one write can store. */
export const receiveStreamAt = (shipper: Shipper, { path, decode, present }: StreamDoor): Route => ({
  method: 'POST',
  path,
  ...entranceOf(shipper, path),
  read: async ({ raw }) => ({ shipment: decode(readBody(raw)) }),
  present: (_answer, _request, reply) => present(reply),
})

/** The properties of every route that receives records. */
const entranceOf = ({ readToken, refuse }: Shipper, path: string) =>
  ({
    operation: ingestShipment,
    operationId: `ingest${path.replace(/\W+/g, '_').replace(/_+/g, '_')}`,
    body: 'shipment',
    ingests: true,
    readToken,
    refuse: retryable(refuse),
    readQuery: () => ({}),
  }) satisfies Partial<Route>

interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly programsOnly?: true
  /** Listed in the reference, as the example of its kind. */
  readonly listed?: true
  present(request: FastifyRequest, reply: FastifyReply): unknown
}

/** Creates a route for requests that shippers send first. The answer confirms that the token may send records. */
export const confirmAt = (
  { readToken, refuse }: Shipper,
  { method = 'GET', path, programsOnly, listed, present }: Question,
): Route => ({
  method,
  path,
  operation: confirmSender,
  readToken,
  refuse: retryable(refuse),
  readQuery: () => ({}),
  read: async () => ({}),
  ...(programsOnly && { programsOnly }),
  ...(!listed && { hide: true }),
  present: (_answer, request, reply) => present(request, reply),
})

/** Shippers drop records after an unknown status, so a full disk is reported as 503, which all of them retry. */
const retryable =
  (refuse: Refuse): Refuse =>
  (error, request) =>
    refuse(
      error.code === 'STORAGE_FULL'
        ? new AppError('UNAVAILABLE', error.message, {
            retryable: true,
            retryAfter: error.retryAfter ?? 5,
            cause: error,
          })
        : error,
      request,
    )

const cut = (record: ShippedRecord): ShippedRecord =>
  record.text.length <= mostChars ? record : { ...record, text: record.text.slice(0, mostChars) }

/** Reports bytes that cannot be decoded as a fault of the sender. */
const attempt = <Decoded>(decode: () => Decoded): Decoded => {
  try {
    return decode()
  } catch (error) {
    if (error instanceof SyntaxError) {
      // Removes the quoted text from V8's message, because a body may contain secrets.
      const reason = messageOf(error).replace(/,? ?\.{0,3}"[\s\S]*$/, '')
      throw new AppError('INVALID_JSON', `The body is not valid JSON: ${reason}.`, { cause: error })
    }
    if (error instanceof RangeError) {
      throw new AppError('INVALID_REQUEST', 'The body is malformed, or nested too deeply.', { cause: error })
    }
    throw error
  }
}
