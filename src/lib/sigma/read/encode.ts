/** Encodings of texts in other programs. A text of bytes has one byte in each character. */

const mark = '\ufeff'

/** UTF-16, as a text of bytes; the mark in front stays a character until it is encoded further. */
export const toUtf16 = (text: string, order: 'le' | 'be', marked: boolean): string => {
  const bytes = Buffer.from(text, 'utf16le')
  return (marked ? mark : '') + (order === 'be' ? bytes.swap16() : bytes).toString('latin1')
}

/** Base64. `isBytes`: the text holds bytes, not characters. */
export const toBase64 = (text: string, isBytes: boolean): string => toBytes(text, isBytes).toString('base64')

/**
 * The constant part of a text's Base64, wherever in a longer text it begins: one form for each of the three places within a group of three
 * bytes, without the characters at both ends that its neighbours decide.
 */
export const toBase64Offsets = (text: string, isBytes: boolean): string[] => {
  const bytes = toBytes(text, isBytes)
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, ' '), bytes]).toString('base64')
    const start = [0, 2, 3][offset] ?? 0
    const cut = [0, 3, 2][(bytes.length + offset) % 3] ?? 0
    return encoded.slice(start, encoded.length - cut)
  })
}

const toBytes = (text: string, isBytes: boolean): Buffer => {
  if (!isBytes) return Buffer.from(text, 'utf8')
  return text.startsWith(mark)
    ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text.slice(1), 'latin1')])
    : Buffer.from(text, 'latin1')
}

const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'] as const

/** At most so many dashes are spelt out in every combination. */
export const mostDashes = 5

/**
 * All spellings of a command line's switches: each dash or slash before a word and not after one may be any of five characters.
 * Answers undefined when there are too many to spell out.
 */
export const toDashes = (text: string): string[] | undefined => {
  const parts = text.split(/(?<![\p{L}\p{N}_])[-/\u2013-\u2015](?=[\p{L}\p{N}_])/u)
  if (parts.length - 1 > mostDashes) return undefined
  return parts
    .slice(1)
    .reduce<string[]>(
      (spelt, part) => spelt.flatMap((before) => dashes.map((dash) => before + dash + part)),
      [parts[0] ?? ''],
    )
}
