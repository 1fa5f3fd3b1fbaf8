import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
  parse,
  subscribe,
  validate,
} from 'graphql'
import { type Reporter, tellError, tellErrors } from './errors.ts'
import type { Asker } from './fields.ts'
import { refuseTooMuch } from './limits.ts'
import { requireShallow } from './nesting.ts'
import { type Query, queryLimits } from './query.ts'
import { createSchema } from './schema.ts'

/** The caller of a request and the receiver of its failures. */
export type QueryContext = Asker &
  Reporter & {
    /** The cursor of the subscriber: sent with each document, so that it can resume. */
    cursor(): string | undefined
  }

type Told = FormattedExecutionResult

export interface Graph {
  /** Answers a query with one document, a subscription with one per change. Never throws. */
  answer(query: Query, asked: QueryContext): Promise<Told | AsyncIterable<Told>>
}

/** Creates the schema once, and executes accepted queries. */
export const createGraph = (): Graph => {
  const schema = createSchema()

  const refusalOf = (document: DocumentNode, { operationName, variables }: Query): readonly unknown[] => {
    const faults = validate(schema, document)
    if (faults.length > 0) return faults
    const tooMuch = refuseTooMuch({ schema, document, operationName, variableValues: variables })
    return tooMuch ? [tooMuch] : []
  }

  const carryOut = async (document: DocumentNode, asked: QueryContext, { operationName, variables }: Query) => {
    const args = { schema, document, contextValue: asked, operationName, variableValues: variables }
    const live = getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION
    return live ? subscribe(args) : execute(args)
  }

  return {
    async answer(query, asked) {
      try {
        requireShallow(query.query)
        const document = parse(query.query, { maxTokens: queryLimits.tokens })
        const refusals = refusalOf(document, query)
        if (refusals.length > 0) return { errors: refusals.map((one) => tellError(one, asked)) }
        const result = await carryOut(document, asked, query)
        return Symbol.asyncIterator in result ? tellEach(result, asked) : tellErrors(result, asked)
      } catch (error) {
        return { errors: [tellError(error, asked)] }
      }
    },
  }
}

async function* tellEach(results: AsyncIterable<ExecutionResult>, asked: QueryContext): AsyncGenerator<Told> {
  try {
    for await (const result of results) yield { ...tellErrors(result, asked), extensions: { cursor: asked.cursor() } }
  } catch (error) {
    yield { errors: [tellError(error instanceof GraphQLError ? (error.originalError ?? error) : error, asked)] }
  }
}
