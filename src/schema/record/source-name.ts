/** The names a source may have: up to 64 letters and digits of any script, and what file names and addresses contain besides. */
export const sourceNamePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,@+()_-]{0,63}$/u

/** Makes the name of a source from any text, such as a file name, an index or a label; `fallback` if nothing of it can be used. */
export const toSourceName = (text: unknown, fallback: string): string => {
  if (typeof text !== 'string') return fallback
  const name = [
    ...text
      .slice(0, 200)
      .replace(/[^\p{L}\p{M}\p{N} .,@+()_-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+/u, ''),
  ]
    .slice(0, 64)
    .join('')
    .trimEnd()
  return name === '' ? fallback : name
}
