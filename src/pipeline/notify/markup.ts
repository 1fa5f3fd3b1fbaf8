/** Escapes text for HTML, also in quoted attributes. Telegram accepts these four entities. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** An invisible break, so that `@everyone` or three backticks mean nothing. */
const gap = '\u200b'

/** Escapes text for Markdown as in Discord and Mattermost, and disables mentions of people and groups. */
export const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#!|~>]/g, '\\$&').replaceAll('@', `@${gap}`)

/** Makes text safe inside a Markdown code block, where backslashes are literal. */
export const escapeCode = (text: string): string => text.replaceAll('`', `\`${gap}`).replaceAll('@', `@${gap}`)

/** Escapes a text, cut so that the result has at most `most` UTF-16 code units. `escapeText` treats each character alone. */
export const escapeWithin = (escapeText: (text: string) => string, text: string, most: number): string => {
  const whole = escapeText(text)
  if (whole.length <= most) return whole
  let part = ''
  for (const character of text) {
    const next = escapeText(character)
    if (part.length + next.length + 1 > most) break
    part += next
  }
  return `${part}…`
}

/** Joins lines until the next one would exceed `most` UTF-16 code units. */
export const joinWithin = (lines: readonly string[], most: number): string => {
  const kept: string[] = []
  let length = 0
  for (const line of lines) {
    length += line.length + 1
    if (length > most) break
    kept.push(line)
  }
  return kept.join('\n')
}
