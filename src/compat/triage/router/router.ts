import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { openEventStream } from '../../../api/event-stream.ts'
import { presentIn, refuseInEnvelope } from '../../../api/rest/envelope.ts'
import { bodyInputs } from '../../../api/rest/input.ts'
import { readJson } from '../../../api/rest/json.ts'
import type { Present, Route } from '../../../api/rest/route.ts'
import { taskTypes } from '../../../schema/triage/conversation.ts'
import { chatWithModel } from './chat-with-model.ts'
import { getLanguageModel } from './get-language-model.ts'
import { routeChat } from './route-chat.ts'

const inEnvelope = presentIn('')

/** The requests for a stream, which the presenter cannot detect in the answer. */
const streams = new WeakSet<FastifyRequest>()

/** Reads a request for a completion. The router never used `metadata`. */
const readChat: NonNullable<Route['read']> = async (request) => {
  const { metadata: _, stream, model, ...asked } = bodyInputs(await readJson(request.raw))
  if (stream === true) streams.add(request)
  return { ...asked, model: model ?? undefined }
}

type Routed = z.output<typeof routeChat.output>

const toDecision = ({ name, model, reason, others }: Routed, answered: { readonly name: string } = { name }) => ({
  selected_provider: name,
  selected_model: model,
  reason,
  confidence: 1,
  fallback_used: answered.name !== name,
  alternatives: others,
})

/** Sends the answer as chunks, as clients of streams expect it: the text, the end with its reason, then the usage. */
const sendChunks = (said: z.output<typeof chatWithModel.output>, request: FastifyRequest, reply: FastifyReply) => {
  const write = openEventStream(reply)
  const chunk = (more: object) => {
    const head = {
      id: `chatcmpl-${request.id}`,
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
    }
    write(`data: ${JSON.stringify({ ...head, model: said.model, provider: said.name, ...more })}\n\n`)
  }
  const choice = (delta: object, finish_reason: string | null) => ({ choices: [{ index: 0, delta, finish_reason }] })
  chunk(choice({ role: 'assistant', content: said.text }, null))
  chunk(choice({}, said.finish_reason))
  chunk({ choices: [], usage: toUsage(said), routing_decision: toDecision(said.routed, said) })
  write('data: [DONE]\n\n')
  reply.raw.end()
  return reply
}

const toUsage = ({ input_tokens, output_tokens }: z.output<typeof chatWithModel.output>) => ({
  prompt_tokens: input_tokens,
  completion_tokens: output_tokens,
  total_tokens: input_tokens + output_tokens,
})

const presentCompletion: Present = (answer, request, reply) => {
  const said = chatWithModel.output.parse(answer)
  if (streams.has(request)) return sendChunks(said, request, reply)
  const completion = {
    id: `chatcmpl-${request.id}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: said.model,
    provider: said.name,
    choices: [{ index: 0, message: { role: 'assistant', content: said.text }, finish_reason: said.finish_reason }],
    usage: toUsage(said),
    routing_decision: toDecision(said.routed, said),
  }
  return inEnvelope(completion, request, reply)
}

/** Describes each model. Vedette does not measure speed or reasoning quality. */
const capabilitiesIn = (answer: unknown) =>
  getLanguageModel.output.parse(answer).models.map(({ name, model, price }) => ({
    model,
    provider: name,
    max_context: null,
    supports_streaming: true,
    cost_per_1k_tokens: Math.max(price.input, price.output) / 1000,
    speed: null,
    reasoning_quality: null,
    best_for: taskTypes,
  }))

const of = (route: Omit<Route, 'refuse'>): Route => ({ ...route, refuse: refuseInEnvelope })

/** The routes of the language model router. */
export const routerRoutes: readonly Route[] = [
  of({
    method: 'POST',
    path: '/api/v1/chat/completions',
    operation: chatWithModel,
    read: readChat,
    present: presentCompletion,
  }),
  of({
    method: 'POST',
    path: '/api/v1/route',
    operation: routeChat,
    read: readChat,
    present: (answer, request, reply) => inEnvelope(toDecision(routeChat.output.parse(answer)), request, reply),
  }),
  of({
    method: 'GET',
    path: '/api/v1/capabilities/:model',
    operation: getLanguageModel,
    present: (answer, request, reply) => inEnvelope(capabilitiesIn(answer)[0], request, reply),
  }),
]

/** The list of models, on its own port only: the main port serves other models at this address. */
export const routerModels: Route = of({
  method: 'GET',
  path: '/api/v1/models',
  operation: getLanguageModel,
  hide: true,
  present: (answer, request, reply) =>
    inEnvelope(Object.fromEntries(capabilitiesIn(answer).map((one) => [one.model, one])), request, reply),
})
