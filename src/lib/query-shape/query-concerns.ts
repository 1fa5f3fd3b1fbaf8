/** A possible problem of a query itself, whatever it returned. */
export interface QueryConcern {
  readonly type: 'disguised_introspection' | 'disguised_mutation' | 'unknown_operation' | 'sensitive_field'
  readonly severity: 'low' | 'medium' | 'high'
  readonly sentence: string
}

const introspection = /\b__(schema|type)\b\s*[({]/
const reading = /^([Gg]et|[Ll]ist|[Ff]ind|[Ff]etch|[Rr]ead|[Ss]earch|[Ss]how|[Vv]iew|[Cc]ount|[Ll]oad)(?![a-z])/
const operation = /\b(query|mutation|subscription)\s+([A-Za-z_]\w*)/g
const secret =
  /(^|_)(password|passwd|pwd|secret|token|api_?key|private_?key|ssn|social_security\w*|credit_?card\w*|card_?number|cvv|cvc|iban|passport\w*|tax_?id|date_?of_?birth|dob|pin)(_|$)/

/**
 * Finds queries that differ from their name: introspection or mutations under an innocent name, a name that the text does not contain.
 * Accepts any text; linear in it.
 */
export const queryConcerns = (query: string, operationName: string | null | undefined): readonly QueryConcern[] => {
  const found: QueryConcern[] = []
  const bare = query.replace(/"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*/g, '""')
  const operations = [...bare.matchAll(operation)].map(([, kind, name]) => ({ kind, name }))
  const own = operations.find(({ name }) => name === operationName)
  if (introspection.test(bare)) {
    found.push({
      type: 'disguised_introspection',
      severity: 'high',
      sentence: `${nameOf(operationName)} asks for the schema itself.`,
    })
  }
  if (own?.kind === 'mutation' && operationName && reading.test(operationName)) {
    found.push({
      type: 'disguised_mutation',
      severity: 'high',
      sentence: `${nameOf(operationName)} calls itself a question and is a mutation.`,
    })
  }
  if (operationName && operations.length > 0 && !own) {
    found.push({
      type: 'unknown_operation',
      severity: 'medium',
      sentence: `The query has no operation ${operationName}; it has ${operations.map(({ name }) => name).join(', ')}.`,
    })
  }
  return found
}

const nameOf = (operationName: string | null | undefined): string => operationName || 'The query'

/** Whether a field, by its name, contains sensitive data: `user_password`, `cardNumber`, `ssn`. */
export const isSensitive = (field: string): boolean =>
  secret.test(
    field
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[-.\s]+/g, '_')
      .toLowerCase(),
  )
