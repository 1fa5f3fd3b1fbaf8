/** How a number is held against another. */
export const comparisons = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const
export type Comparison = (typeof comparisons)[number]
