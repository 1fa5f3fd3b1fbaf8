import { useQueryClient } from '@tanstack/react-query'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { useEffect, useRef, useState } from 'react'
import { basePath } from '../api/base-path.ts'
import { showBidiControls } from '../api/bidi-controls.ts'
import { answerOf, type Noun } from '../api/client.ts'
import { ApiProblem, toProblem, unreachable } from '../api/problem.ts'

interface ModelAnswer {
  /** The unchecked response so far. */
  readonly draft: Noun<'OpinionDraft'> | undefined
  readonly asking: boolean
  /** Why the model did not answer. */
  readonly problem: ApiProblem | undefined
  ask(): Promise<void>
  /** Cancels the request. */
  stop(): void
}

/** Asks a model about an alert and streams its answer. Cancels the request on unmount. */
export const useModelAnswer = (alertId: string): ModelAnswer => {
  const queries = useQueryClient()
  const [draft, setDraft] = useState<Noun<'OpinionDraft'>>()
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<ApiProblem>()
  const controller = useRef<AbortController>(undefined)
  const stop = () => controller.current?.abort()
  useEffect(() => () => controller.current?.abort(), [])

  const ask = async (): Promise<void> => {
    controller.current = new AbortController()
    const { signal } = controller.current
    setAsking(true)
    setProblem(undefined)
    try {
      const { opinion } = await readAnswer(alertId, setDraft, signal)
      if (opinion.status === 'failed' || opinion.status === 'skipped') setProblem(noAnswer(opinion))
      await queries.invalidateQueries({ queryKey: ['alerts'] })
      await queries.invalidateQueries({ queryKey: ['incidents'] })
    } catch (error) {
      if (!signal.aborted) setProblem(toProblem(error))
    }
    setAsking(false)
    setDraft(undefined)
  }
  return { draft, asking, problem, ask, stop }
}

const readAnswer = async (
  id: string,
  onDraft: (draft: Noun<'OpinionDraft'>) => void,
  signal: AbortSignal,
): Promise<Noun<'ModelAnswer'>> => {
  const response = await fetch(`${basePath}/api/v1/alerts/${encodeURIComponent(id)}/opinion`, {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    signal,
  }).catch(() => {
    signal.throwIfAborted()
    throw unreachable()
  })
  if (!response.ok || !response.body) {
    return answerOf(Promise.resolve({ error: await response.json().catch(() => undefined), response }))
  }
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  for (;;) {
    const { value, done } = await events.read()
    if (done) throw unreachable()
    const { event } = value
    const data = showBidiControls(value.data)
    if (event === 'draft') onDraft(JSON.parse(data))
    if (event === 'done') return JSON.parse(data)
    if (event === 'problem') throw new ApiProblem(JSON.parse(data))
  }
}

const noAnswer = ({ reason }: Noun<'ModelOpinion'>): ApiProblem =>
  new ApiProblem({ title: 'No model answered', status: 0, code: 'no_answer', detail: `No model answered: ${reason}.` })
