import { z } from 'zod'
import { fakeServer } from '../src/api/server.fake.ts'

type Json = z.infer<typeof jsonSchema>
const jsonSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.json()).optional(),
  const: z.json().optional(),
  get anyOf() {
    return z.array(jsonSchema).optional()
  },
  get oneOf() {
    return z.array(jsonSchema).optional()
  },
  get allOf() {
    return z.array(jsonSchema).optional()
  },
  get items() {
    return jsonSchema.optional()
  },
  get properties() {
    return z.record(z.string(), jsonSchema).optional()
  },
  required: z.array(z.string()).optional(),
  get additionalProperties() {
    return z.union([z.boolean(), jsonSchema]).optional()
  },
  description: z.string().optional(),
})
const content = z.record(z.string(), z.object({ schema: jsonSchema }))
const asked = z.looseObject({
  summary: z.string().optional(),
  parameters: z
    .array(z.object({ in: z.string(), name: z.string(), required: z.boolean().default(false), schema: jsonSchema }))
    .default([]),
  requestBody: z.object({ required: z.boolean().default(false), content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.default({}) })),
})
const document = z.looseObject({
  components: z.looseObject({ schemas: z.record(z.string(), jsonSchema) }),
  paths: z.record(z.string(), z.record(z.string(), asked)),
})

/** Writes the types of the REST API from the reference that the server serves, in the shape that `openapi-fetch` reads. */
export const dashboardSchema = async (): Promise<string> => {
  const { app } = await fakeServer()
  const { paths, components } = document.parse((await app.inject('/api/v1/openapi.json')).json())
  await app.close()
  const described = Object.entries(paths).map(([path, methods]) => {
    const all = Object.entries(methods).map(([method, operation]) => `    ${method}: ${operationType(operation)}`)
    return `  ${quote(path)}: {\n${all.join('\n')}\n  }`
  })
  const schemas = reachable(described.join('\n'), components.schemas)
  return `// Written by \`npm run reference\` from the served OpenAPI document; do not edit.

export interface components {
  schemas: {
${schemas.map(([name, type]) => `    ${name}: ${type}`).join('\n')}
  }
}

export interface paths {
${described.join('\n')}
}
`
}

/** The schemas that the operations use, and those that they use in turn. */
const reachable = (text: string, schemas: Readonly<Record<string, Json>>): [name: string, type: string][] => {
  const found = new Map<string, string>()
  const look = (within: string): void => {
    for (const [, name = ''] of within.matchAll(/components\['schemas'\]\['(\w+)'\]/g)) {
      const schema = schemas[name]
      if (found.has(name) || !schema) continue
      const type = typeOf(schema)
      found.set(name, type)
      look(type)
    }
  }
  look(text)
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const operationType = ({ parameters, requestBody, responses }: z.infer<typeof asked>): string => {
  const places = ['query', 'path', 'header'].map((place) => {
    const here = parameters.filter((parameter) => parameter.in === place)
    if (here.length === 0) return `${place}?: never`
    const optional = here.every(({ required }) => !required)
    return `${place}${optional ? '?' : ''}: { ${here.map(({ name, required, schema }) => member(name, required, schema)).join('; ')} }`
  })
  const body = requestBody ? `requestBody: { content: ${contentType(requestBody.content)} }` : 'requestBody?: never'
  const answers = Object.entries(responses).map(
    ([status, answer]) => `${status}: { headers: Record<string, unknown>; content: ${contentType(answer.content)} }`,
  )
  return `{ parameters: { ${places.join('; ')} }; ${body}; responses: { ${answers.join('; ')} } }`
}

const contentType = (types: z.infer<typeof content>): string =>
  `{ ${Object.entries(types)
    .map(([type, { schema }]) => `${quote(type)}: ${typeOf(schema)}`)
    .join('; ')} }`

const typeOf = (schema: Json): string => {
  if (schema.$ref) return `components['schemas']['${schema.$ref.replace('#/components/schemas/', '')}']`
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const either = schema.anyOf ?? schema.oneOf
  if (either) return either.map(typeOf).join(' | ')
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ')
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'object':
      return objectType(schema)
    case 'array':
      return `(${schema.items ? typeOf(schema.items) : 'unknown'})[]`
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type
    default:
      return 'unknown'
  }
}

const objectType = ({ properties, required = [], additionalProperties }: Json): string => {
  const members = Object.entries(properties ?? {}).map(([name, schema]) =>
    member(name, required.includes(name), schema),
  )
  if (members.length > 0) return `{ ${members.join('; ')} }`
  return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`
}

const member = (name: string, required: boolean, schema: Json): string =>
  `${/^\w+$/.test(name) ? name : quote(name)}${required ? '' : '?'}: ${typeOf(schema)}`

const quote = (text: string): string => `'${text}'`
