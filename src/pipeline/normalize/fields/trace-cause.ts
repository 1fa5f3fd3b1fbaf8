/** The exception that a stack trace is about. */
interface Cause {
  readonly type: string
  readonly message: string
}

const mostLines = 500
const longestMessage = 1_000

const exception =
  /^(?:Caused by: | {0,4}---> )?([A-Za-z_][\w.$]{0,200}(?:Exception|Error|Throwable))(?: \((?:0x)?[\dA-Fa-f]{1,10}\))?: (\S.*)$/

/**
 * Returns the exception that caused the others of a stack trace: the innermost of Java and .NET, the last one of Python, which writes it below
 * the calls, or else the first.
 */
export const causeOf = (trace: string): Cause | undefined => {
  let found: Cause | undefined
  const isLastBest = trace.includes('Traceback (most recent call last):')
  for (const line of trace.split('\n', mostLines)) {
    // Calls are indented by a tab or deeper than inner exceptions.
    if (found && !isLastBest && !line.startsWith('Caused by: ') && !line.includes('---> ')) continue
    const [, type, message] = exception.exec(line.slice(0, longestMessage)) ?? []
    if (type !== undefined && message !== undefined) found = { type, message: message.trimEnd() }
  }
  return found
}
