/**
 * Escapes a text of an element. Line breaks and other control characters become numbered characters: an event is one line. NUL, which XML
 * has no way to write, becomes the replacement character.
 */
export const escapeText = (text: string): string =>
  /[&<>\p{Cc}]/u.test(text) ? text.replaceAll(/[&<>\p{Cc}]/gu, escapeCharacter) : text

/** Completes an escaped text to one that may be in double quotes. */
export const quoteEscaped = (escaped: string): string => escaped.replaceAll('"', '&quot;')

/** Makes a name of an element or attribute harmless: names come from the file, too. */
export const toXmlName = (name: string): string =>
  /^[A-Za-z_][\w:.-]*$/.test(name) ? name : `_${name.replaceAll(/[^\p{L}\p{N}_:.-]/gu, '_')}`

const escapeCharacter = (character: string): string =>
  named[character] ?? (character === '\0' ? '\ufffd' : `&#${character.charCodeAt(0)};`)

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
