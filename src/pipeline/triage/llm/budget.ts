import type { Usage } from './call-model.ts'
import type { LlmProvider } from './providers/provider.ts'

interface Amount {
  /** In millionths of a dollar. */
  readonly cost: number
  readonly tokens: number
}

/** Stores spending. */
export interface Purse {
  reserve(
    limits: readonly (Amount & { readonly period: string; readonly calls: number })[],
    amount: Amount,
    at: number,
  ): Promise<string | undefined>
  settle(periods: readonly string[], difference: Amount): Promise<void>
}

export interface BudgetLimits {
  /** In dollars. */
  readonly month: number
  readonly incident: number
  readonly hourCalls: number
  readonly hourTokens: number
}

const unlimited = { cost: Number.MAX_SAFE_INTEGER, tokens: Number.MAX_SAFE_INTEGER, calls: Number.MAX_SAFE_INTEGER }
const millionths = (dollars: number): number => Math.floor(dollars * 1e6)

/** The amount reserved for one call. */
export interface Reservation {
  /** Replaces the reserved amount by the real one, in millionths of a dollar, and returns it. Without usage, the reserved amount stays. */
  settle(usage: Usage | undefined): Promise<number>
}

/** Returns the names of the periods at a given time. */
export const periodsAt = (at: number, incident: string): { month: string; hour: string; incident: string } => {
  const moment = new Date(at).toISOString()
  return { month: `month ${moment.slice(0, 7)}`, hour: `hour ${moment.slice(0, 13)}`, incident: `incident ${incident}` }
}

/**
 * Creates the budget. The maximum cost of a call is reserved before it, so that concurrent calls cannot exceed the limits together, and
 * replaced by the real cost afterwards. After a crash it stays reserved.
 */
export const createBudget = (
  purse: Purse,
  { month, incident, hourCalls, hourTokens }: BudgetLimits,
  now: () => number,
) => ({
  /** Reserves the cost of one call. Returns a text with the reason if the budget is used up. `mostInput` is in tokens. */
  async reserve(
    { price }: Pick<LlmProvider, 'price'>,
    mostInput: number,
    mostOutput: number,
    about: string,
  ): Promise<Reservation | string> {
    const at = now()
    const periods = periodsAt(at, about)
    const aside = amountOf(price, { inputTokens: mostInput, outputTokens: mostOutput })
    const full = await purse.reserve(
      [
        { ...unlimited, period: periods.month, cost: millionths(month) },
        { ...unlimited, period: periods.incident, cost: millionths(incident) },
        { ...unlimited, period: periods.hour, calls: hourCalls, tokens: hourTokens },
      ],
      aside,
      at,
    )
    if (full !== undefined)
      return `the budget of ${full.startsWith('incident') ? 'this incident' : `this ${full.split(' ')[0]}`} is used up`
    return {
      async settle(usage) {
        if (!usage) return aside.cost
        const spent = amountOf(price, usage)
        await purse.settle(Object.values(periods), {
          cost: spent.cost - aside.cost,
          tokens: spent.tokens - aside.tokens,
        })
        return spent.cost
      },
    }
  },
})
export type Budget = ReturnType<typeof createBudget>

/** Returns the cost, rounded up. */
const amountOf = (price: LlmProvider['price'], { inputTokens, outputTokens }: Usage): Amount => ({
  cost: Math.ceil(price.input * inputTokens + price.output * outputTokens),
  tokens: inputTokens + outputTokens,
})
