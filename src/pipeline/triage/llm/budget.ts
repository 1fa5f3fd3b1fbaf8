import type { Usage } from './call-model.ts'
import type { LlmProvider } from './providers/provider.ts'

interface Amount {
  /** In millionths of a dollar. */
  readonly cost: number
  readonly tokens: number
}

/** Where it is kept what was spent. */
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

/** What was set aside for one call. */
export interface Reservation {
  /** Puts in its place what it came to, in millionths of a dollar, which it returns. Without usage, what was set aside remains. */
  settle(usage: Usage | undefined): Promise<number>
}

/** The names of the periods that a moment belongs to. */
export const periodsAt = (at: number, incident: string): { month: string; hour: string; incident: string } => {
  const moment = new Date(at).toISOString()
  return { month: `month ${moment.slice(0, 7)}`, hour: `hour ${moment.slice(0, 13)}`, incident: `incident ${incident}` }
}

/**
 * Makes what keeps spending within limits: the most that a call can cost is set aside before it, so that calls at the same time cannot
 * overdraw together, and what it did cost takes its place after. A crash in between leaves it set aside.
 */
export const createBudget = (
  purse: Purse,
  { month, incident, hourCalls, hourTokens }: BudgetLimits,
  now: () => number,
) => ({
  /** Sets aside for one call; a text says why it cannot be. `mostInput` is in tokens. */
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

/** Rounded up, so that nothing is for nothing that has a price. */
const amountOf = (price: LlmProvider['price'], { inputTokens, outputTokens }: Usage): Amount => ({
  cost: Math.ceil(price.input * inputTokens + price.output * outputTokens),
  tokens: inputTokens + outputTokens,
})
