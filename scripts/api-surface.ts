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

/** The surface of the REST API: the fields of each operation, response and named schema. `!` marks a required field. */
export type ApiSurface = ReadonlyMap<string, readonly string[]>

/** Reads the surface from the served OpenAPI document. */
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

/** The fields of a schema, nested ones as paths; for a named schema only its name. */
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

/** One line per subject: `GET /api/v1/alerts/{id}: ?id!`. */
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
 * Lists changes that break a client of the first surface: an operation, response or field that is gone, a response's
 * field that is no longer required, and a new required input. The names of schemas may change.
 */
export const breaksOf = (before: ApiSurface, now: ApiSurface): readonly string[] => {
  const breaks: string[] = []
  const compared = new Set<string>()
  const compare = (subject: string, was: string, is: string): void => {
    if (compared.has(`${was} ${is}`)) return
    compared.add(`${was} ${is}`)
    const [fields = [], present] = [before.get(was), now.get(is)]
    if (!present) return void breaks.push(`${subject} is gone`)
    const takesInput = /^[A-Z]+ \S+$|Input$/.test(was)
    const bare = (field: string) => field.replace(/=.*/, '=').replace(takesInput ? /!$/ : /^$/, '')
    const there = new Set(present.map(bare))
    breaks.push(...fields.filter((field) => !there.has(bare(field))).map((field) => `${subject} has no ${field}`))
    if (takesInput) {
      const demanded = present.filter((field) => field.endsWith('!') && !fields.includes(field))
      breaks.push(...demanded.map((field) => `${subject} needs ${field}`))
    }
    for (const field of fields.filter((field) => field.includes('='))) {
      const [path, name = ''] = field.split('=')
      const names = present.flatMap((one) => (one.startsWith(`${path}=`) ? one.slice(one.indexOf('=') + 1) : []))
      // Of several schemas in one place, one that was renamed is the one that was not there before.
      const newName = names.includes(name) ? name : names.find((one) => !fields.includes(`${path}=${one}`))
      if (before.has(name) && newName !== undefined) compare(name, name, newName)
    }
  }
  for (const subject of before.keys()) if (subject.includes(' ')) compare(subject, subject, subject)
  return breaks
}
