import type { Severity } from '../../schema/severity.ts'
import type { Verdict } from '../../schema/triage/triage-result.ts'

/** Requests to language models, their answers and costs. */
export interface LlmTables {
  llm_requests: LlmRequestRow
  llm_answers: LlmAnswerRow
  llm_spending: LlmSpendingRow
  llm_calls: LlmCallRow
  model_opinions: ModelOpinionRow
}

export interface LlmRequestRow {
  alert_id: string
  due_at: number
}

export interface LlmAnswerRow {
  id: string
  answer: string
  expires_at: number
}

export interface LlmSpendingRow {
  period: string
  /** In millionths of a dollar. */
  cost: number
  tokens: number
  calls: number
  updated_at: number
}

export interface LlmCallRow {
  id: string
  time: number
  alert_id: string
  provider: string
  model: string
  prompt: string
  outcome: string
  input_tokens: number
  output_tokens: number
  cost: number
  duration_ms: number
}

export interface ModelOpinionRow {
  alert_id: string
  provider: string
  model: string
  asked_at: number
  verdict: Verdict | null
  risk_level: Severity | null
  rules_verdict: Verdict
  rules_level: Severity
  body: string
}
