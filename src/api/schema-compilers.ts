import type { FastifyInstance } from 'fastify'

const refuse = (): never => {
  throw new Error('A route has the default compilers of schemas.')
}

/** Keeps Fastify from loading its compilers of schemas. Call `useNoSchemas` before the first route. */
export const schemaController = { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } }

/** Passes all values as they are: the operations validate them. */
export const useNoSchemas = (app: FastifyInstance): void => {
  app.setValidatorCompiler(() => (value) => ({ value }))
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
}
