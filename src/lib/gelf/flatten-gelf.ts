/**
 * Names the parts of a GELF message as other JSON logs do: additional fields lose their underscore, `short_message` is the `message`, and a
 * `full_message` that says more is the stack trace.
 */
export const flattenGelf = (sent: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { version: _, short_message, full_message, message = short_message, ...rest } = sent
  const fields = Object.entries(rest).map(([name, value]) => [name.replace(/^_/, ''), value] as const)
  const isTrace = typeof full_message === 'string' && full_message !== '' && full_message !== message
  return { message, ...Object.fromEntries(fields), ...(isTrace && { 'error.stack_trace': full_message }) }
}
