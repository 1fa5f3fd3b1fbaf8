import type { FastifyInstance } from 'fastify'

/** Finds the methods that an address allows, to distinguish a wrong method from a wrong address. */
export type AllowedMethods = (path: string) => readonly string[]

/** Notes every route as it is added. */
export const watchMethods = (app: FastifyInstance): AllowedMethods => {
  const known: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    known.push({ pattern: patternOf(url), methods: [method].flat() })
  })
  return (path) =>
    [...new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort()
}

const patternOf = (url: string): RegExp => {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}/?$`)
}
