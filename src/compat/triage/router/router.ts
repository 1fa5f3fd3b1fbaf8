import type { z } from 'zod'
import { presentIn, refuseInEnvelope } from '../../../api/rest/envelope.ts'
import { bodyInputs } from '../../../api/rest/input.ts'
import { readJson } from '../../../api/rest/json.ts'
import type { Present, Route } from '../../../api/rest/route.ts'
import { AppError } from '../../../errors.ts'
import { taskTypes } from '../../../schema/conversation.ts'
import { chatWithModel } from './chat-with-model.ts'
import { getLanguageModel } from './get-language-model.ts'
import { routeChat } from './route-chat.ts'

const inEnvelope = presentIn('')

/** Reads a request for a completion. The router never used `metadata`. */
const readChat: NonNullable<Route['read']> = async ({ raw }) => {
  const { metadata: _, stream, model, ...asked } = bodyInputs(await readJson(raw))
  if (stream === true) {
    throw new AppError('INVALID_REQUEST', 'Answers are not streamed here.', {
      hint: 'Leave "stream" out.',
      errors: [{ path: 'stream', message: 'must be false' }],
    })
  }
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

const presentCompletion: Present = (answer, request, reply) => {
  const said = chatWithModel.output.parse(answer)
  const completion = {
    id: `chatcmpl-${request.id}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: said.model,
    provider: said.name,
    choices: [{ index: 0, message: { role: 'assistant', content: said.text }, finish_reason: said.finish_reason }],
    usage: {
      prompt_tokens: said.input_tokens,
      completion_tokens: said.output_tokens,
      total_tokens: said.input_tokens + said.output_tokens,
    },
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
    supports_streaming: false,
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
