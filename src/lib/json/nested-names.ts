/** Returns a text as V8 keeps names of properties, of which each exists once: to compare and look up these takes no reading. */
export const toName = (text: string): string => Object.keys({ [text]: 0 })[0] ?? text

const mostPrefixes = 500
const mostNames = 500
const nestedNames = new Map<string, Map<string, string>>()

/**
 * Joins the names of an object and of a value in it: `user` and `id` to `user.id`. Events share the names that recur: a fresh text would be
 * hashed and compared wherever it names a field. Memory is bounded.
 */
export const nestedName = (prefix: string, key: string): string => {
  let names = nestedNames.get(prefix)
  if (names === undefined) {
    if (nestedNames.size >= mostPrefixes) nestedNames.clear()
    names = new Map()
    nestedNames.set(prefix, names)
  }
  const known = names.get(key)
  if (known !== undefined) return known
  const name = toName(`${prefix}.${key}`)
  if (names.size >= mostNames) names.clear()
  names.set(key, name)
  return name
}
