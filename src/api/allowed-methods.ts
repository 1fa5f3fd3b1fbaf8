import type { FastifyInstance } from 'fastify'

/** Finds the methods that a path allows, to distinguish a wrong method from a wrong path. */
export type AllowedMethods = (path: string) => readonly string[]

/** Records every route as it is added. Most servers never get a wrong method, so patterns are compiled for the first one. */
export const watchMethods = (app: FastifyInstance): AllowedMethods => {
  const known: { readonly url: string; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    known.push({ url, methods: [method].flat() })
  })
  const patterns = new Map<string, RegExp>()
  const matches = (url: string, path: string): boolean => {
    const pattern = patterns.get(url) ?? patternOf(url)
    patterns.set(url, pattern)
    return pattern.test(path)
  }
  return (path) => [...new Set(known.flatMap(({ url, methods }) => (matches(url, path) ? methods : [])))].sort()
}

const patternOf = (url: string): RegExp => {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}/?$`)
}
