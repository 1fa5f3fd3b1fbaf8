import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { AppError } from '../../errors.ts'
import { queryLimits } from './query.ts'

/** The cost of one operation, plus one for each field of each item that it may return. */
const askCost = 100
const introspectionCost = 1_000
/** The assumed length of lists within an item, and of related items. */
const usualLength = 5
const longestPage = 500

type Variables = Readonly<Record<string, unknown>>
interface Size {
  readonly depth: number
  readonly cost: number
}

interface Query {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variableValues?: Variables | null | undefined
}

/** Returns the reason that a valid query is too expensive; undefined if it is not. */
export const refuseTooMuch = ({ schema, document, operationName, variableValues }: Query): AppError | undefined => {
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return undefined
  const measure = createMeasure(document, variableValues ?? {})
  const fields = measure.countFields(operation.selectionSet)
  if (fields > queryLimits.fields)
    return tooMuch(`has ${fields} fields at its top, and ${queryLimits.fields} are the most`)
  const { depth, cost } = measure.sizeOf(operation.selectionSet, root)
  if (depth > queryLimits.depth) return tooMuch(`is ${depth} levels deep, and ${queryLimits.depth} are the most`)
  if (cost > queryLimits.cost) return tooMuch(`costs ${cost}, and ${queryLimits.cost} is the most`)
  return undefined
}

const tooMuch = (why: string): AppError =>
  new AppError('INVALID_REQUEST', `The query ${why}.`, {
    hint: 'Ask for fewer fields, a smaller "limit", or in several requests.',
  })

const createMeasure = (document: DocumentNode, variables: Variables) => {
  const fragments = new Map<string, FragmentDefinitionNode>(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  )
  /** Each fragment is measured once, however often it is used. */
  const measured = new Map<string, Size>()

  const sizeOf = (set: SelectionSetNode, type: GraphQLNamedType): Size =>
    set.selections.reduce<Size>(
      (sum, selection) => {
        const size =
          selection.kind === Kind.FIELD
            ? sizeOfField(selection, type)
            : selection.kind === Kind.FRAGMENT_SPREAD
              ? sizeOfFragment(selection.name.value, type)
              : sizeOf(selection.selectionSet, type)
        return { depth: Math.max(sum.depth, size.depth), cost: sum.cost + size.cost }
      },
      { depth: 0, cost: 0 },
    )

  const sizeOfFragment = (name: string, type: GraphQLNamedType): Size => {
    const known = measured.get(name)
    if (known) return known
    const fragment = fragments.get(name)
    if (!fragment) return { depth: 0, cost: 0 }
    const size = sizeOf(fragment.selectionSet, type)
    measured.set(name, size)
    return size
  }

  const sizeOfField = (node: FieldNode, type: GraphQLNamedType): Size => {
    const name = node.name.value
    // Introspection has its own depth limit.
    if (name === '__schema' || name === '__type') return { depth: 1, cost: introspectionCost }
    const field = isObjectType(type) ? type.getFields()[name] : undefined
    const asked = field?.extensions.asks === true ? askCost : 0
    if (!field || !node.selectionSet) return { depth: 1, cost: 1 + asked }
    const within = sizeOf(node.selectionSet, getNamedType(field.type))
    return { depth: 1 + within.depth, cost: 1 + asked + lengthOf(field, node) * within.cost }
  }

  const lengthOf = (field: GraphQLField<unknown, unknown>, node: FieldNode): number => {
    if (field.args.some(({ name }) => name === 'limit')) return limitOf(node, field)
    // The number of items on a page is its limit.
    if (!isListType(getNullableType(field.type)) || field.name === 'data') return 1
    return usualLength
  }

  const limitOf = (node: FieldNode, field: GraphQLField<unknown, unknown>): number => {
    const given = node.arguments?.find(({ name }) => name.value === 'limit')?.value
    const value =
      given === undefined
        ? field.args.find(({ name }) => name === 'limit')?.default?.value
        : given.kind === Kind.INT
          ? Number(given.value)
          : given.kind === Kind.VARIABLE
            ? variables[given.name.value]
            : undefined
    return typeof value === 'number' && value > 0 ? Math.min(value, longestPage) : longestPage
  }

  const countFields = (set: SelectionSetNode): number => {
    const counted = new Map<string, number>()
    const count = ({ selections }: SelectionSetNode): number =>
      selections.reduce((sum, selection) => {
        if (selection.kind === Kind.FIELD) return sum + 1
        if (selection.kind === Kind.INLINE_FRAGMENT) return sum + count(selection.selectionSet)
        const name = selection.name.value
        const fragment = fragments.get(name)
        const inside = counted.get(name) ?? (fragment ? count(fragment.selectionSet) : 0)
        counted.set(name, inside)
        return sum + inside
      }, 0)
    return count(set)
  }

  return { sizeOf, countFields }
}
