import { createHash } from 'node:crypto'
import type { Alert } from '../../../schema/alert/alert.ts'
import { withoutOpinion } from '../../../schema/triage/apply-opinion.ts'
import type { ModelOpinion, OpinionDraft, TriageResult } from '../../../schema/triage/triage-result.ts'
import { answerSchema, detailNames } from './answer.ts'
import type { AskModels, Waiting } from './ask-models.ts'
import type { Question } from './call-model.ts'
import { type Case, caseOf, type RedactionPolicy } from './case.ts'
import { draftOf } from './draft.ts'
import { addressesModel } from './injection.ts'
import { fillIn, type Prompt } from './prompt-file.ts'
import { nothingSaid, readAnswer, suspectedLines } from './read-answer.ts'

interface FormOpinionOptions {
  readonly prompt: Prompt
  readonly policy: RedactionPolicy
  /** The language of the answer: `English`. */
  readonly language: string
  readonly now: () => number
}

/** A question about an alert, with the data to read its answer. */
export interface Posed {
  readonly question: Question<ReturnType<typeof answerSchema>>
  readonly asked: Case
  /** A hash of the whole question, without the model. */
  readonly hash: string
  readonly marker: string
}

/** Builds the question about an alert. Deterministic. */
export const poseQuestion = (
  alert: Alert,
  card: TriageResult,
  { prompt, policy, language }: Omit<FormOpinionOptions, 'now'>,
): Posed => {
  const asked = caseOf(alert, withoutOpinion(card), policy)
  const hash = createHash('sha256').update([prompt.hash, language, alert.type, asked.data].join('\0')).digest('hex')
  // The authors of log lines cannot predict the marker.
  const marker = `DATA-${hash.slice(0, 16)}`
  const values = {
    data: asked.data,
    alert_type: alert.type,
    details: detailNames(alert.type).join(', '),
    language,
    marker,
  }
  return {
    asked,
    hash,
    marker,
    question: {
      instructions: fillIn(prompt.instructions, values),
      question: fillIn(prompt.question, values),
      schema: answerSchema(alert.type),
      mostAnswer: prompt.max_tokens,
    },
  }
}

/** A person who wants a new answer, perhaps while it is generated. */
interface Asker {
  readonly onDraft?: ((draft: OpinionDraft) => void) | undefined
}

/** How often drafts are sent, in ms. */
const tellEvery = 100

/**
 * Asks a model about a triaged alert and checks its answer. Always answers; only the caller's signal ends it. For a person, ignores cached
 * answers.
 */
export const formOpinion = async (
  alert: Alert,
  card: TriageResult,
  { ask }: Pick<AskModels, 'ask'>,
  { prompt, policy, language, now }: FormOpinionOptions,
  signal: AbortSignal,
  asker?: Asker,
): Promise<ModelOpinion> => {
  const { question, asked, hash, marker } = poseQuestion(alert, card, { prompt, policy, language })
  const about = { alertId: alert.id, incident: alert.incident_id ?? alert.id, prompt: prompt.name }
  const waiting = asker && waitingFor(asker, asked)
  const { answer, status, reason, ...said } = await ask(question, about, signal, waiting).finally(waiting?.end)
  const { masked, secrets } = asked.masker.counts()
  const facts = {
    ...said,
    prompt: prompt.name,
    input_hash: hash,
    redactions: masked,
    secrets,
    raised: null,
    suspected_injection: suspectedLines(alert, card.references, addressesModel),
    asked_at: new Date(now()).toISOString(),
  }
  if (answer === undefined) return { ...facts, ...nothingSaid, status, reason, claims_dropped: 0, dropped: [] }
  const { rejected, ...read } = readAnswer(answer, asked, marker)
  return { ...facts, ...read, status: rejected === undefined ? status : 'rejected', reason: rejected ?? null }
}

const waitingFor = ({ onDraft }: Asker, asked: Case): Waiting & { end(): void } => {
  if (!onDraft) return { anew: true, end: () => undefined }
  let latest: Parameters<NonNullable<Waiting['watch']>> | undefined
  let timer: NodeJS.Timeout | undefined
  const show = (): void => {
    timer = undefined
    if (!latest) return
    const [unfinished, from] = latest
    const draft = draftOf(unfinished, asked)
    if (draft.summary.length + draft.claims.length > 0) onDraft({ ...from, ...draft })
  }
  return {
    anew: true,
    watch(unfinished, from) {
      latest = [unfinished, from]
      timer ??= setTimeout(show, tellEvery)
    },
    end: () => clearTimeout(timer),
  }
}
