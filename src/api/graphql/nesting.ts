import { Lexer, Source, TokenKind } from 'graphql'
import { AppError } from '../../errors.ts'
import { queryLimits } from './query.ts'

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/**
 * Refuses a document whose brackets are nested too deeply. The parser, the checks and their messages are recursive, and a message quotes the
 * whole value with indentation: 990 lists in one another would make an answer of 2 MB.
 */
export const requireShallow = (text: string): void => {
  const lexer = new Lexer(new Source(text))
  let depth = 0
  for (let count = 0; count < queryLimits.tokens; count++) {
    const { kind } = lexer.advance()
    if (kind === TokenKind.EOF) return
    if (opening.has(kind)) depth += 1
    if (closing.has(kind)) depth -= 1
    if (depth > queryLimits.nesting) {
      throw new AppError('INVALID_REQUEST', `The query is nested deeper than ${queryLimits.nesting} levels.`, {
        hint: 'Ask for fewer levels, or give lists and objects as variables.',
      })
    }
  }
}
