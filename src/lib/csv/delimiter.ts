/** Returns the separator that a header contains most often, outside quotes: comma, semicolon, tab or bar. */
export const delimiterOf = (header: string): string => {
  const plain = header.replaceAll(/"[^"]*"/g, '')
  const columns = (separator: string): number => plain.split(separator).length
  return [',', ';', '\t', '|'].reduce((best, next) => (columns(next) > columns(best) ? next : best))
}
