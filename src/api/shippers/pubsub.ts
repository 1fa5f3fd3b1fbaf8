import { AppError } from '../../errors.ts'
import { toSourceName } from '../../schema/record/source-name.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { parseBody } from './body-limits.ts'
import { isJsonObject, textOf } from './json-object.ts'
import { receiveAt, type ShippedRecords, type Shipper } from './shipper.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

const refuse: Refuse = ({ status, message }) => ({ status, body: { error: { code: status, message } } })

const shipper: Shipper = { readToken: firstToken(fromBasic, afterScheme('bearer')), refuse }

const decode = (body: Buffer): ShippedRecords => {
  const sent: unknown = parseBody(body)
  const message = isJsonObject(sent) ? sent.message : undefined
  if (!isJsonObject(sent) || !isJsonObject(message)) throw new AppError('INVALID_REQUEST', 'The body has no "message".')
  const { data, attributes, publishTime } = message
  const id = textOf(message.messageId ?? message.message_id)
  const subscription = textOf(sent.subscription)?.split('/').at(-1)
  const text = Buffer.from(textOf(data) ?? '', 'base64').toString('utf8')
  const isEmpty = text.trim() === ''
  const record = {
    source: toSourceName(subscription, 'pubsub'),
    // A message without data consists of its attributes.
    text: isEmpty ? JSON.stringify({ timestamp: publishTime, attributes }) : text,
  }
  return {
    records: isEmpty && !isJsonObject(attributes) ? [] : [record],
    timed: false,
    ...(id !== undefined && { id: `pubsub ${subscription ?? ''} ${id}`.slice(0, 200) }),
  }
}

/** Google Cloud Pub/Sub's push, to which sinks of Cloud Logging deliver. */
export const pubsubRoutes: readonly Route[] = [
  receiveAt(shipper, { path: '/pubsub', decode, present: (_delivery, _request, reply) => reply.code(204).send() }),
]
