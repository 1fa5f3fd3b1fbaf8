import { promises } from './requirements.ts'

const known = new Set(promises.map(({ id }) => id))

/** Cites promises in the name of a test. A promise that there is not, is a fault of the test. */
export const keeps = (...ids: readonly string[]): string => {
  for (const id of ids) if (!known.has(id)) throw new Error(`there is no promise ${id} in test/requirements`)
  return ids.join(', ')
}
