import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { parseYaml } from './yaml-file.ts'

/** Names the keys that two configuration files set to different values. */
export const differingKeys = (one: string, other: string): readonly string[] => {
  const [a, b] = [one, other].map((text) => flat(parseYaml(text, 'settings.yaml').value))
  const keys = [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])]
  return keys.filter((key) => !isDeepStrictEqual(a?.get(key), b?.get(key))).sort()
}

const tree = z.record(z.string(), z.unknown())

const flat = (value: unknown, key = ''): ReadonlyMap<string, unknown> => {
  const below = tree.safeParse(value)
  if (!below.success) return new Map(value === null || value === undefined ? [] : [[key, value]])
  return new Map(
    Object.entries(below.data).flatMap(([name, inner]) => [...flat(inner, key === '' ? name : `${key}.${name}`)]),
  )
}
