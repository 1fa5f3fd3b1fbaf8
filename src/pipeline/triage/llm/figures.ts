const withDigit = /[\p{L}\p{N}][\p{L}\p{N}._:/+,@\\%-]*/gu
const spelled: ReadonlyMap<string, string> = new Map(
  'two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, i) => [word, String(i + 2)] as const)
    .concat([
      ['dozen', '12'],
      ['hundred', '100'],
      ['thousand', '1000'],
      ['million', '1000000'],
      ['once', '1'],
      ['twice', '2'],
    ]),
)

const unwrap = (word: string): string => word.replace(/^[.,:/%_+-]+|[.,:/%_+-]+$/g, '')
const plain = (word: string): string => (/^\d{1,3}(?:,\d{3})+$/.test(word) ? word.replaceAll(',', '') : word)

/** Returns the exact statements of a text: every word with a digit (counts, times, addresses, names) and spelled-out numbers. */
export const figuresIn = (text: string): readonly string[] => {
  const words = [...text.matchAll(withDigit)].map(([word]) => unwrap(word))
  return words.flatMap((word) => {
    if (/\p{N}/u.test(word)) return [plain(word)]
    const number = spelled.get(word.toLowerCase())
    return number === undefined ? [] : [number]
  })
}

/** Whether a text contains a figure as a whole word: not as part of another number, nor a plain number as part of a date. */
export const holdsFigure = (text: string, figure: string): boolean => {
  const read = text.replace(/(\d)T(\d)/g, '$1 $2').replace(/(:\d\d)(?:\.\d{1,9})?Z/g, '$1 ')
  const searched = /^\d{1,4}$/.test(figure) ? read.replace(moment, ' ') : read
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])(?<!\\d[.,])${literal(figure)}(?![\\p{L}\\p{N}])(?!\\.\\d)`, 'iu')
  return whole.test(searched) || whole.test(searched.replace(/(\d),(?=\d{3}(?!\d))/g, '$1'))
}

const moment = /\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d(?::\d\d)?\b/g
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
