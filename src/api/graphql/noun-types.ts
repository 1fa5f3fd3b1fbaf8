import {
  assertName,
  type GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLID,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
} from 'graphql'
import type { Asker } from './fields.ts'
import { createLeafTypes } from './leaves.ts'
import { one, pascal, type Shape, strip } from './shape.ts'

type GraphQLNullableInput = GraphQLScalarType | GraphQLEnumType | GraphQLList<GraphQLInputType>

export type NounFields = GraphQLFieldConfigMap<unknown, Asker>

export interface NounTypes {
  /** The type of a result; `name` is for a shape without a name of its own. */
  output(shape: Shape, name: string): GraphQLOutputType
  /** The arguments of an operation. */
  arguments(input: Shape, name: string): GraphQLFieldConfigArgumentMap
}

/** Creates GraphQL types from the schemas of our nouns, each once; `more` adds fields to a type by its name. */
export const createNounTypes = (
  definitions: Readonly<Record<string, Shape>>,
  more: (type: string) => NounFields,
): NounTypes => {
  const objects = new Map<string, GraphQLObjectType>()
  const leafOf = createLeafTypes()

  const output = (shape: Shape, name: string): GraphQLOutputType => {
    const { kind, nullable, own } = strip(definitions, shape, name)
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

  const fieldsOf = ({ properties = {}, required = [] }: Shape, name: string): NounFields =>
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

  const input = (shape: Shape, name: string): GraphQLNullableInput => {
    const { kind, own } = strip(definitions, shape, name)
    if (kind.type === 'array') return new GraphQLList<GraphQLInputType>(new GraphQLNonNull(input(one(kind.items), own)))
    return leafOf(kind, own)
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
