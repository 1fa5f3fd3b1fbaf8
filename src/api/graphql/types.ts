import {
  assertName,
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLID,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql'
import type { z } from 'zod'
import type { Asker } from './fields.ts'
import { dateTime, json, safeInt } from './scalars.ts'

type GraphQLNullableInput = GraphQLScalarType | GraphQLEnumType | GraphQLList<GraphQLInputType>

/** What a zod schema says of itself, as JSON Schema. */
export type Shape = z.core.JSONSchema.JSONSchema

export type Fields = GraphQLFieldConfigMap<unknown, Asker>

export interface Types {
  /** The type of what is answered; `name` is for a shape that has no name of its own. */
  output(shape: Shape, name: string): GraphQLOutputType
  /** The arguments of an operation. */
  arguments(input: Shape, name: string): GraphQLFieldConfigArgumentMap
}

const largestInt = 2_147_483_647
const reference = '#/$defs/'

/** Makes GraphQL types of the shapes of our nouns, each once; `more` adds fields to a type by its name. */
export const createTypes = (definitions: Readonly<Record<string, Shape>>, more: (type: string) => Fields): Types => {
  const objects = new Map<string, GraphQLObjectType>()
  /** By their values: the same words are the same type, whoever says them. */
  const enums = new Map<string, GraphQLEnumType>()

  const output = (shape: Shape, name: string): GraphQLOutputType => {
    const { kind, nullable, own } = strip(shape, name)
    const type = outputOf(kind, own)
    return nullable ? type : new GraphQLNonNull(type)
  }

  const outputOf = (shape: Shape, name: string) => {
    if (shape.type === 'array') return new GraphQLList(output(one(shape.items), `${name}Item`))
    if (shape.type === 'object' && shape.properties) return objectOf(shape, name)
    return leafOf(shape, name)
  }

  const objectOf = (shape: Shape, name: string): GraphQLObjectType => {
    const known = objects.get(name)
    if (known) return known
    const made = new GraphQLObjectType({ name, fields: () => ({ ...fieldsOf(shape, name), ...more(name) }) })
    objects.set(name, made)
    return made
  }

  const fieldsOf = ({ properties = {}, required = [] }: Shape, name: string): Fields =>
    Object.fromEntries(
      Object.entries(properties).map(([field, found]) => {
        const shape = one(found)
        const type =
          field === 'id' && shape.type === 'string'
            ? new GraphQLNonNull(GraphQLID)
            : output(shape, `${name}${pascal(field)}`)
        return [
          assertName(field),
          { type: required.includes(field) ? type : nullable(type), description: shape.description },
        ]
      }),
    )

  const leafOf = (shape: Shape, name: string): GraphQLScalarType | GraphQLEnumType => {
    if (shape.enum) return enumOf(shape.enum, name) ?? GraphQLString
    switch (shape.type) {
      case 'boolean':
        return GraphQLBoolean
      case 'integer':
        return (shape.maximum ?? Number.POSITIVE_INFINITY) > largestInt ? safeInt : GraphQLInt
      case 'number':
        return GraphQLFloat
      case 'string':
        return shape.format === 'date-time' ? dateTime : GraphQLString
      default:
        return json
    }
  }

  const enumOf = (values: readonly unknown[], name: string): GraphQLEnumType | undefined => {
    const words = values.filter((value) => typeof value === 'string')
    if (words.length < values.length || !words.every((word) => /^[A-Za-z]\w*$/.test(word))) return undefined
    const known = enums.get(words.join(' '))
    if (known) return known
    const made = new GraphQLEnumType({ name, values: Object.fromEntries(words.map((word) => [word, { value: word }])) })
    enums.set(words.join(' '), made)
    return made
  }

  const input = (shape: Shape, name: string): GraphQLNullableInput => {
    const { kind, own } = strip(shape, name)
    if (kind.type === 'array') return new GraphQLList<GraphQLInputType>(new GraphQLNonNull(input(one(kind.items), own)))
    return leafOf(kind, own)
  }

  /** Looks through references, and tells whether nothing may stand there. */
  const strip = (shape: Shape, name: string): { kind: Shape; nullable: boolean; own: string } => {
    if (shape.$ref?.startsWith(reference)) {
      const own = shape.$ref.slice(reference.length)
      return strip(definitions[own] ?? {}, own)
    }
    if (Array.isArray(shape.type)) {
      const [type, ...others] = shape.type.filter((one: string) => one !== 'null')
      return { kind: type && others.length === 0 ? { ...shape, type } : {}, nullable: true, own: name }
    }
    const either = shape.anyOf?.map(one)
    const [only, ...others] = either?.filter(({ type }) => type !== 'null') ?? []
    if (either && only && others.length === 0) return { ...strip(only, name), nullable: true }
    // Anything at all includes nothing.
    return { kind: shape, nullable: shape.type === undefined && !shape.enum, own: name }
  }

  return {
    output,
    arguments: ({ properties = {}, required = [] }, name) =>
      Object.fromEntries(
        Object.entries(properties).map(([argument, found]) => {
          const shape = one(found)
          const type = argument === 'id' ? GraphQLID : input(shape, `${name}${pascal(argument)}`)
          const must = required.includes(argument) && shape.default === undefined
          return [
            assertName(argument),
            {
              type: must ? new GraphQLNonNull(type) : type,
              description: shape.description,
              ...(shape.default !== undefined && { default: { value: shape.default } }),
            },
          ]
        }),
      ),
  }
}

const nullable = (type: GraphQLOutputType): GraphQLOutputType =>
  type instanceof GraphQLNonNull ? (type.ofType as GraphQLOutputType) : type

/** JSON Schema lets a truth stand for a schema, and a list for the parts of a tuple; ours say more than that, or anything goes. */
const one = (shape: unknown): Shape =>
  typeof shape === 'object' && shape !== null && !Array.isArray(shape) ? (shape as Shape) : {}

/** `oldest_age_ms` as a part of a type's name. */
export const pascal = (name: string): string =>
  name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
