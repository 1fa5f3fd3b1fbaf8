type Values = readonly (readonly [name: string, value: string])[]

/**
 * Compiles a template with placeholders between literal texts, as in Logstash's dissect: `GATE %{device.id} opened by %{user.name}`. A value
 * ends where the next literal text first occurs; `%{}` and `%{-}` skip one. The compiled template is linear in the text. Throws if two
 * placeholders touch, because nothing would separate their values.
 */
export const createTemplate = (template: string): ((text: string) => Values | undefined) => {
  const names: string[] = []
  const literals = template.split(/%\{([\w@.-]*)\}/).filter((part, i) => {
    if (i % 2 === 1) names.push(part)
    return i % 2 === 0
  })
  if (names.length === 0) throw new Error(`The template has no %{field}: ${template}`)
  if (literals.slice(1, -1).includes(''))
    throw new Error(`Write a text between two fields of the template: ${template}`)
  return (text) => {
    const [first = ''] = literals
    if (!text.startsWith(first)) return undefined
    const values: (readonly [string, string])[] = []
    let at = first.length
    for (let i = 0; i < names.length; i++) {
      const next = literals[i + 1] ?? ''
      const end = next === '' ? text.length : text.indexOf(next, at)
      if (end < 0) return undefined
      const name = names[i] ?? ''
      const value = text.slice(at, end).trim()
      if (name !== '' && name !== '-' && value !== '' && value !== '-') values.push([name, value])
      at = end + next.length
      // Columns that are padded with spaces
      if (next.endsWith(' ')) while (text.charCodeAt(at) === 32) at++
    }
    return values
  }
}
