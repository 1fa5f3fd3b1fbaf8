import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLInt,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql'
import { dateTime, json, safeInt } from './scalars.ts'
import type { Shape } from './shape.ts'

const largestInt = 2_147_483_647

/** Creates the types without fields, scalars and enums, each once. The same values give the same type everywhere. */
export const createLeafTypes = () => {
  const enums = new Map<string, GraphQLEnumType>()

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

  return leafOf
}
