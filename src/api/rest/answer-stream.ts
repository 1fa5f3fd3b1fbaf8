import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import type { AnswerListener } from '../../operations/answer-listener.ts'
import { openEventStream } from '../event-stream.ts'
import { toAppError, toProblem } from '../problem.ts'

const eventStream = 'text/event-stream'
const heartbeatMs = 10_000

const wantsEvents = ({ headers }: FastifyRequest): boolean => headers.accept?.includes(eventStream) === true

/**
 * Answers a slow request as events for clients that accept them: `draft` with the partial answer, then `done` with the answer, or
 * `problem`. Errors before the first event are normal responses. The work is cancelled if the client disconnects or the server closes.
 */
export const createAnswerStreams = (app: FastifyInstance, log: Log) => {
  const open = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const one of open) one.abort()
  })

  return async <Answer>(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (watcher: AnswerListener) => Promise<Answer>,
    present: (answer: Answer) => unknown,
  ): Promise<unknown> => {
    const gone = new AbortController()
    open.add(gone)
    reply.raw.once('close', () => gone.abort())
    if (reply.raw.destroyed) gone.abort()
    let stream: ReturnType<typeof openEventStream> | undefined
    const write = (text: string): void => {
      stream ??= openEventStream(reply)
      stream(text)
    }
    const say = (event: string, data: unknown): void => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    const inEvents = wantsEvents(request)
    const heartbeat = inEvents ? setInterval(() => write(': still here\n\n'), heartbeatMs).unref() : undefined
    try {
      const answer = await work({ signal: gone.signal, onDraft: inEvents ? (draft) => say('draft', draft) : undefined })
      if (!inEvents) return present(answer)
      say('done', answer)
    } catch (thrown) {
      const error = gone.signal.aborted ? calledOff(thrown) : thrown
      if (!stream) throw error
      if (!gone.signal.aborted) log.warn({ err: error, request_id: request.id }, 'An answer broke off.')
      say('problem', toProblem(toAppError(error), request.id))
    } finally {
      clearInterval(heartbeat)
      open.delete(gone)
    }
    reply.raw.end()
    return reply
  }
}

const calledOff = (cause: unknown): AppError =>
  new AppError('UNAVAILABLE', 'It was called off before it was done.', { retryable: true, cause })
