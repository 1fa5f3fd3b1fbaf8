import { day } from '../../lib/units/time.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { insertNew, upsert } from '../write-rows.ts'

/** The usage of a language model: millionths of a dollar, tokens, calls. */
export interface Spending {
  readonly cost: number
  readonly tokens: number
  readonly calls: number
}

/** The alerts that wait for a language model, its answers, and the spent budget. */
export interface LlmStore {
  request(alertIds: readonly string[], dueAt: number, tx: Transaction): Promise<void>
  /** Takes due alerts, until a time at which they are due again. */
  claim(at: number, until: number, limit: number): Promise<readonly string[]>
  /** Returns a taken alert, unless it was requested again in the meantime. */
  postpone(alertId: string, from: number, to: number): Promise<void>
  done(alertId: string, until: number, tx?: Transaction): Promise<void>
  recall(id: string, at: number): Promise<{ readonly answer: unknown } | undefined>
  keep(id: string, answer: unknown, expiresAt: number): Promise<void>
  /** Reserves an amount in all periods or in none; returns the period whose budget is too small. */
  reserve(
    limits: readonly (Spending & { readonly period: string })[],
    amount: Omit<Spending, 'calls'>,
    at: number,
  ): Promise<string | undefined>
  /** Adds the difference between the cost of a call and its reservation. */
  settle(periods: readonly string[], difference: Omit<Spending, 'calls'>): Promise<void>
  spent(period: string): Promise<Spending>
  record(call: LlmCall): Promise<void>
  /** The totals of calls since a time, by provider, model and outcome. */
  metered(from: number): Promise<readonly MeteredCalls[]>
  forget(at: number): Promise<void>
}

/** One call of a language model. */
export interface LlmCall {
  readonly id: string
  readonly time: number
  readonly alertId: string
  readonly provider: string
  readonly model: string
  readonly prompt: string
  readonly outcome: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** In millionths of a dollar. */
  readonly cost: number
  readonly durationMs: number
}

interface MeteredCalls {
  readonly provider: string
  readonly model: string
  readonly outcome: string
  readonly calls: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cost: number
  readonly duration_ms: number
}

class Full extends Error {
  readonly period: string
  constructor(period: string) {
    super(`nothing is left of ${period}`)
    this.period = period
  }
}

/** Stores the alerts that wait for a language model, the answers of models, and the spent budget. */
export const createLlmStore = ({ read, write, transaction }: StoreConnections): LlmStore => ({
  async request(alertIds, dueAt, tx) {
    const rows = [...new Set(alertIds)].map((alert_id) => ({ alert_id, due_at: dueAt }))
    await upsert(tx, 'llm_requests', rows, { key: ['alert_id'] })
  },

  async claim(at, until, limit) {
    const due = await read
      .selectFrom('llm_requests')
      .selectAll()
      .where('due_at', '<=', at)
      .orderBy('due_at')
      .limit(limit)
      .execute()
    const claimed: string[] = []
    for (const { alert_id, due_at } of due) {
      const { numUpdatedRows } = await write
        .updateTable('llm_requests')
        .set({ due_at: until })
        .where('alert_id', '=', alert_id)
        .where('due_at', '=', due_at)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) claimed.push(alert_id)
    }
    return claimed
  },

  async postpone(alertId, from, to) {
    await write
      .updateTable('llm_requests')
      .set({ due_at: to })
      .where('alert_id', '=', alertId)
      .where('due_at', '=', from)
      .execute()
  },

  async done(alertId, until, tx) {
    await (tx ?? write).deleteFrom('llm_requests').where('alert_id', '=', alertId).where('due_at', '=', until).execute()
  },

  async recall(id, at) {
    const row = await read
      .selectFrom('llm_answers')
      .select('answer')
      .where('id', '=', id)
      .where('expires_at', '>', at)
      .executeTakeFirst()
    return row && { answer: fromJson(row.answer) }
  },

  async keep(id, answer, expiresAt) {
    await upsert(write, 'llm_answers', [{ id, answer: toJson(answer), expires_at: expiresAt }], { key: ['id'] })
  },

  async reserve(limits, { cost, tokens }, at) {
    try {
      await transaction(async (tx) => {
        // Always in the same order, so that two transactions never wait for each other.
        for (const limit of [...limits].sort((a, b) => (a.period < b.period ? -1 : 1))) {
          await begin(tx, limit.period, at)
          const { numUpdatedRows } = await tx
            .updateTable('llm_spending')
            .set((row) => ({
              cost: row('cost', '+', cost),
              tokens: row('tokens', '+', tokens),
              calls: row('calls', '+', 1),
              updated_at: at,
            }))
            .where('period', '=', limit.period)
            .where('cost', '<=', limit.cost - cost)
            .where('tokens', '<=', limit.tokens - tokens)
            .where('calls', '<', limit.calls)
            .executeTakeFirst()
          if (numUpdatedRows === 0n) throw new Full(limit.period)
        }
      })
      return undefined
    } catch (error) {
      if (error instanceof Full) return error.period
      throw error
    }
  },

  async settle(periods, { cost, tokens }) {
    await transaction(async (tx) => {
      for (const period of [...periods].sort()) {
        await tx
          .updateTable('llm_spending')
          .set((row) => ({ cost: row('cost', '+', cost), tokens: row('tokens', '+', tokens) }))
          .where('period', '=', period)
          .execute()
      }
    })
  },

  async spent(period) {
    const row = await read.selectFrom('llm_spending').selectAll().where('period', '=', period).executeTakeFirst()
    return { cost: Number(row?.cost ?? 0), tokens: Number(row?.tokens ?? 0), calls: Number(row?.calls ?? 0) }
  },

  async record({ alertId, inputTokens, outputTokens, durationMs, ...call }) {
    await write
      .insertInto('llm_calls')
      .values({
        ...call,
        alert_id: alertId,
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        duration_ms: Math.round(durationMs),
      })
      .execute()
  },

  async metered(from) {
    const rows = await read
      .selectFrom('llm_calls')
      .select(['provider', 'model', 'outcome'])
      .select((row) => [
        row.fn.countAll().as('calls'),
        row.fn.sum('input_tokens').as('input_tokens'),
        row.fn.sum('output_tokens').as('output_tokens'),
        row.fn.sum('cost').as('cost'),
        row.fn.sum('duration_ms').as('duration_ms'),
      ])
      .where('time', '>=', from)
      .groupBy(['provider', 'model', 'outcome'])
      .orderBy('provider')
      .orderBy('model')
      .orderBy('outcome')
      .execute()
    return rows.map((row) => ({
      ...row,
      calls: Number(row.calls),
      input_tokens: Number(row.input_tokens),
      output_tokens: Number(row.output_tokens),
      cost: Number(row.cost),
      duration_ms: Number(row.duration_ms),
    }))
  },

  async forget(at) {
    await write.deleteFrom('llm_answers').where('expires_at', '<=', at).execute()
    await write
      .deleteFrom('llm_spending')
      .where('updated_at', '<', at - 400 * day)
      .execute()
    await write
      .deleteFrom('llm_calls')
      .where('time', '<', at - 400 * day)
      .execute()
  },
})

const begin = (tx: Transaction, period: string, at: number) =>
  insertNew(tx, 'llm_spending', [{ period, cost: 0, tokens: 0, calls: 0, updated_at: at }])
