const texts = ['q', 'from', 'to', 'line'] as const

/** The state of the log search in the URL: the filter, the time range, and the event shown in its log context. */
export type LogsSearch = { readonly [Name in (typeof texts)[number]]?: string }

/** Parses the URL and ignores invalid values. */
export const readLogsSearch = (given: Record<string, unknown>): LogsSearch =>
  Object.fromEntries(
    texts.flatMap((name) => {
      const value = given[name]
      return (typeof value === 'string' || typeof value === 'number') && value !== '' ? [[name, String(value)]] : []
    }),
  )
