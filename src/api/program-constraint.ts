import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Whether a client is a program that asks for data, not a browser or a probe that wants the page. */
const isProgram = ({ accept = '', authorization, 'user-agent': agent = '' }: IncomingHttpHeaders): boolean =>
  !accept.includes('text/html') &&
  (accept.includes('json') || authorization !== undefined || /elastic|logstash|beat/i.test(agent))

/** Divides an address between programs and browsers: a route with `client: 'program'` serves only the former. */
export const programConstraint = {
  name: 'client',
  storage<Handler>() {
    const handlers = new Map<string, Handler>()
    return {
      get: (client: string) => handlers.get(client) ?? null,
      set: (client: string, handler: Handler) => void handlers.set(client, handler),
    }
  },
  deriveConstraint: ({ headers }: IncomingMessage): string => (isProgram(headers) ? 'program' : 'browser'),
  mustMatchWhenDerived: false,
}
