import type { Need } from './needs.ts'

/**
 * How deep the tests look. `npm test` looks quickly; CI, `npm run test:deep` and the suites of the whole program look deeply. Set in
 * vitest.config.ts.
 */
const isQuick = process.env.VEDETTE_TEST_DEPTH === 'quick'

/** How many inputs a property is tried with: all of them, or a tenth in a quick run. */
export const runs = (deep: number): number => (isQuick ? Math.ceil(deep / 10) : deep)

/** The cases of a table whose rows take the same path through the code: all of them, or the first `few` in a quick run. */
export const casesOf = <Case>(all: readonly Case[], few = 1): readonly Case[] => (isQuick ? all.slice(0, few) : all)

/** Of a test that computes for half a second or more, and whose subject has quicker tests too: `it("…", needs(deepRun), () => …)`. */
export const deepRun: Need = {
  missing: isQuick ? 'a quick run leaves out what takes long (npm run test:deep)' : undefined,
}
