/** Creates a test of names of sources by a pattern, in which `*` stands for any characters. */
export const matchSource = (pattern: string): ((source: string) => boolean) => {
  const expression = new RegExp(
    `^${pattern
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
    's',
  )
  return (source) => expression.test(source)
}
