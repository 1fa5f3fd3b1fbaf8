import { z } from 'zod'
import { presentIn } from '../../../api/rest/envelope.ts'
import { readJson } from '../../../api/rest/json.ts'
import type { Present, Refuse, Route } from '../../../api/rest/route.ts'
import { sendNotice } from './send-notice.ts'

const inEnvelope = presentIn('')
const channel = z.looseObject({ channel: z.string().default('webhook') })
const asked = z.looseObject({
  recipient: z.string().optional(),
  subject: z.string().optional(),
  message: z.string().optional(),
  priority: z.string().optional(),
})
const listed = z.union([z.array(z.string()), z.looseObject({ recipients: z.array(z.string()).optional() })]).catch({})

/** The original has its fields in the query and the recipients of a broadcast in the body. */
const read: NonNullable<Route['read']> = async ({ raw, query }) => {
  const { recipient, subject, message, priority } = asked.parse(query)
  const sent = listed.parse((await readJson(raw)) ?? {})
  const others = Array.isArray(sent) ? sent : (sent.recipients ?? [])
  return { recipients: recipient === undefined ? others : [recipient], subject, message, priority }
}

const resultsOf = (answer: unknown, query: unknown) => {
  const { channel: name } = channel.parse(query)
  return sendNotice.output.parse(answer).results.map(({ receiver, delivered, error }) => ({
    ...{ success: delivered, channel: name, recipient: receiver },
    ...(error !== undefined && { error }),
  }))
}

const presentSent: Present = (answer, request, reply) => {
  const [result] = resultsOf(answer, request.query)
  const envelope = z.looseObject({}).parse(inEnvelope(result, request, reply))
  return { ...envelope, success: result?.success === true }
}

const presentBroadcast: Present = (answer, request, reply) => {
  const results = resultsOf(answer, request.query)
  const successful = results.filter(({ success }) => success).length
  const data = { total: results.length, successful, failed: results.length - successful, results }
  return { ...z.looseObject({}).parse(inEnvelope(data, request, reply)), success: successful > 0 }
}

/** The routes of the notification service. */
export const noticeRoutes = (refuse: Refuse): readonly Route[] => {
  const post = (path: string, present: Present): Route => ({
    ...{ method: 'POST', path: `/api/v1/notifications${path}`, operation: sendNotice, hide: true, refuse },
    ...{ read, readQuery: () => ({}), present },
  })
  return [post('/send', presentSent), post('/broadcast', presentBroadcast)]
}
