import { AppError } from '../../errors.ts'
import { flattenGelf } from '../../lib/gelf/flatten-gelf.ts'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { isJsonObject, type JsonObject, textOf } from './json-object.ts'
import { isPreciseTime } from './precise-time.ts'
import { receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { splitValues } from './split-values.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

const refuse: Refuse = ({ status, message }) => ({ status, body: { type: 'ApiError', message } })

const shipper: Shipper = { readToken: firstToken(fromBasic, afterScheme('bearer')), refuse }

const decode = (body: Buffer): ShippedRecords => {
  const texts = splitValues(body.toString('utf8'))
  if (texts.length === 0) throw new AppError('INVALID_REQUEST', 'The body is empty.')
  const messages = texts.map((text): JsonObject => {
    const message: unknown = JSON.parse(text)
    if (!isJsonObject(message) || textOf(message.short_message ?? message.message) === undefined) {
      throw new AppError('INVALID_REQUEST', 'A message has no "short_message".')
    }
    return message
  })
  return { records: messages.map(toRecord), timed: messages.every(({ timestamp }) => isPreciseTime(timestamp)) }
}

const toRecord = (sent: JsonObject): ShippedRecord => ({
  source: toSourceName(sent._service ?? sent._app ?? sent._container_name ?? sent.facility, 'gelf'),
  text: JSON.stringify(flattenGelf(sent)),
})

/** Graylog's GELF over HTTP. */
export const gelfRoutes: readonly Route[] = [
  receiveAt(shipper, { path: '/gelf', decode, present: (_delivery, _request, reply) => reply.code(202).send() }),
]
