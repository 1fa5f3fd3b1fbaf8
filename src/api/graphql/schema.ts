import {
  type GraphQLFieldConfig,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
  getNullableType,
  isObjectType,
} from 'graphql'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { AnyOperation } from '../ask.ts'
import {
  type Asker,
  type LinkField,
  type LiveField,
  linkFields,
  liveFields,
  type QueryField,
  queryFields,
} from './fields.ts'
import { tellNews } from './news.ts'
import { createNounTypes, type NounFields } from './noun-types.ts'
import { pascal, type Shape } from './shape.ts'

/** The graph over the operations: nouns, arguments and descriptions are those of their zod schemas. */
export const createSchema = (): GraphQLSchema => {
  const operations = new Set([...queryFields, ...linkFields].map(({ operation }) => operation))
  const outputs = shapesOf(operations, 'output')
  const inputs = shapesOf(operations, 'input')
  const types = createNounTypes({ ...inputs.definitions, ...outputs.definitions }, (name) =>
    Object.fromEntries(linkFields.filter(({ on }) => on === name).map((link) => [link.field, linkField(link)])),
  )

  /** The schema of the noun by its name, or the whole answer of the operation. */
  const typeNamed = (name: string, operation: AnyOperation): GraphQLOutputType =>
    getNullableType(types.output(outputs.definitions[name] ?? outputs.of(operation), name))

  const queryField = ({ operation, type, field }: QueryField): GraphQLFieldConfig<unknown, Asker> => ({
    type: typeNamed(type, operation),
    description: operation.summary,
    args: types.arguments(inputs.of(operation), pascal(field)),
    extensions: { asks: true },
    resolve: (_, given, asker) => asker.ask(operation, withoutNulls(given)),
  })

  const linkField = (link: LinkField): GraphQLFieldConfig<unknown, Asker> => {
    const part = outputs.of(link.operation).properties?.[link.field]
    return {
      type: link.type
        ? typeNamed(link.type, link.operation)
        : getNullableType(types.output(typeof part === 'object' ? part : {}, pascal(link.field))),
      description: link.description,
      extensions: { asks: true },
      resolve: (source, _, asker) => followLink(link, source, asker),
    }
  }

  const liveField = (live: LiveField): GraphQLFieldConfig<unknown, Asker> => ({
    type: typeNamed(live.type, live.operation),
    description: live.description,
    extensions: { asks: true },
    args: { after: { type: GraphQLString, description: 'Sends the changes missed since this cursor first.' } },
    subscribe: (_, given, asker) => tellNews(live, given, asker),
    resolve: (source) => source,
  })

  // Enums are named after the first noun with them, rather than after an argument.
  for (const { type, operation } of queryFields) {
    const noun = typeNamed(type, operation)
    if (isObjectType(noun)) noun.getFields()
  }

  const root = <Field extends { readonly field: string }>(
    name: string,
    fields: readonly Field[],
    make: (field: Field) => NounFields[string],
  ) => new GraphQLObjectType({ name, fields: Object.fromEntries(fields.map((field) => [field.field, make(field)])) })

  return new GraphQLSchema({
    query: root('Query', queryFields, queryField),
    subscription: root('Subscription', liveFields, liveField),
  })
}

/** Treats a null argument as missing. */
const withoutNulls = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))

const noun = z.record(z.string(), z.unknown())

const followLink = async ({ field, operation, by, type }: LinkField, source: unknown, asker: Asker) => {
  const from = noun.parse(source)
  // An item that was read by its id is complete.
  if (from[field] !== undefined) return from[field]
  const id = from[by]
  if (typeof id !== 'string') return null
  try {
    const answer = await asker.ask(operation, { id })
    return type ? answer : noun.parse(answer)[field]
  } catch (error) {
    // The target of a link may have expired since: the link is null then.
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null
    throw error
  }
}

/** The inputs and outputs of the operations, with the nouns in them by their names. */
const shapesOf = (operations: ReadonlySet<AnyOperation>, io: 'input' | 'output') => {
  const all = z.object(Object.fromEntries([...operations].map((operation) => [operation.name, operation[io]])))
  const { properties = {}, $defs = {} } = z.toJSONSchema(all, { io, unrepresentable: 'any' })
  const definitions = $defs as Readonly<Record<string, Shape>>
  return {
    definitions,
    of({ name }: AnyOperation): Shape {
      const shape = properties[name]
      if (typeof shape !== 'object') return {}
      return (shape.$ref && definitions[shape.$ref.slice('#/$defs/'.length)]) || shape
    },
  }
}
