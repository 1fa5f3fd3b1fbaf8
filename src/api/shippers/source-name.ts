/** Makes the name of a source from a text of a shipper, such as an index or a label; `fallback` if nothing of it can be used. */
export const toSourceName = (text: unknown, fallback: string): string => {
  if (typeof text !== 'string') return fallback
  const name = text
    .slice(0, 200)
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
  return name === '' ? fallback : name
}
