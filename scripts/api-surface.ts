import { z } from 'zod'
import { fakeServer } from '../src/api/server.fake.ts'

const schema = z.looseObject({
  $ref: z.string().optional(),
  get anyOf() {
    return z.array(schema).optional()
  },
  get oneOf() {
    return z.array(schema).optional()
  },
  get allOf() {
    return z.array(schema).optional()
  },
  get items() {
    return schema.optional()
  },
  get properties() {
    return z.record(z.string(), schema).optional()
  },
  required: z.array(z.string()).default([]),
})
type Schema = z.infer<typeof schema>
const content = z.record(z.string(), z.object({ schema })).default({})
const document = z.looseObject({
  components: z.looseObject({ schemas: z.record(z.string(), schema) }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        parameters: z.array(z.looseObject({ name: z.string(), required: z.boolean().default(false) })).default([]),
        requestBody: z.looseObject({ content }).optional(),
        responses: z.record(z.string(), z.looseObject({ content })),
      }),
    ),
  ),
})

/** What clients of the REST API can see: of each operation, answer and named schema its fields. `!` marks a required one. */
export type ApiSurface = ReadonlyMap<string, readonly string[]>

/** Reads the surface from the OpenAPI document that the server serves. */
export const apiSurface = async (): Promise<ApiSurface> => {
  const { app } = await fakeServer()
  const { paths, components } = document.parse((await app.inject('/api/v1/openapi.json')).json())
  await app.close()
  const surface = new Map<string, readonly string[]>()
  const add = (subject: string, fields: readonly string[]): void => {
    surface.set(subject, [...new Set(fields)].toSorted())
    for (const [, name = ''] of fields.join(' ').matchAll(/=(\w+)/g)) {
      const named = components.schemas[name]
      if (named && !surface.has(name)) add(name, fieldsOf(named))
    }
  }
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { parameters, requestBody, responses }] of Object.entries(methods)) {
      const operation = `${method.toUpperCase()} ${path}`
      const bodies = Object.values(requestBody?.content ?? {}).flatMap((body) => fieldsOf(body.schema, 'body'))
      add(operation, [...parameters.map(({ name, required }) => `?${name}${required ? '!' : ''}`), ...bodies])
      for (const [status, answer] of Object.entries(responses)) {
        add(
          `${operation} ${status}`,
          Object.values(answer.content).flatMap((body) => fieldsOf(body.schema)),
        )
      }
    }
  }
  return surface
}

/** The fields of a schema with those inside them, as paths; of a named schema only the name. */
const fieldsOf = (described: Schema, at = ''): readonly string[] => [
  ...(described.$ref ? [`${at}=${described.$ref.split('/').at(-1)}`] : []),
  ...[described.anyOf, described.oneOf, described.allOf].flatMap((parts = []) =>
    parts.flatMap((part) => fieldsOf(part, at)),
  ),
  ...(described.items ? fieldsOf(described.items, `${at}[]`) : []),
  ...Object.entries(described.properties ?? {}).flatMap(([name, field]) => [
    `${at}.${name}${described.required.includes(name) ? '!' : ''}`,
    ...fieldsOf(field, `${at}.${name}`),
  ]),
]

/** One line a subject: `GET /api/v1/alerts/{id}: ?id!`. */
export const writeSurface = (surface: ApiSurface): string =>
  [...surface]
    .map(([subject, fields]) => `${subject}: ${fields.join(' ')}`.trimEnd())
    .toSorted()
    .join('\n')
    .concat('\n')

export const readSurface = (text: string): ApiSurface =>
  new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [subject = '', fields = ''] = line.split(/:(?: |$)/, 2)
        return [subject, fields.split(' ').filter(Boolean)]
      }),
  )

/**
 * What a client that was written for the first surface misses in the second: an operation, answer or field that is gone, an answer's
 * field that it could rely on and now cannot, an input that it does not know of and must send.
 */
export const breaksOf = (before: ApiSurface, now: ApiSurface): readonly string[] =>
  [...before].flatMap(([subject, fields]) => {
    const present = now.get(subject)
    if (!present) return [`${subject} is gone`]
    const takesInput = /^[A-Z]+ \S+$|Input$/.test(subject)
    const bare = takesInput ? (field: string) => field.replace(/!$/, '') : (field: string) => field
    const there = new Set(present.map(bare))
    const gone = fields.filter((field) => !there.has(bare(field)))
    const demanded = takesInput ? present.filter((field) => field.endsWith('!') && !fields.includes(field)) : []
    return [
      ...gone.map((field) => `${subject} has no ${field}`),
      ...demanded.map((field) => `${subject} needs ${field}`),
    ]
  })
