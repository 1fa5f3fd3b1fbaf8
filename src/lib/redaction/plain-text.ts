/** Control characters but tab and line feed, marks of direction, joiners, selectors, tags: nothing that shows. */
const invisible =
  /(?![\t\n])\p{Cc}|\p{Cf}|[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu

/** The markers that chat models read as a change of speaker. */
const roleMarks =
  /<\|[^|>]{0,40}\|?>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|<\/?(?:system|assistant|user|human|instructions?|data|evidence|tool_[a-z]{1,20}|function_[a-z]{1,20})\b[^>]{0,100}>/gi
const roleNames = /(^|[\n\r]|\\n)(\s{0,8}(?:#{1,6}\s{0,3})?(?:system|assistant|user|human|developer|tool))(\s{0,3}):/gi

/**
 * Removes invisible characters from a text, and breaks markers that chat models read as a change of speaker, so that `<|im_start|>` is only
 * text. The words remain.
 */
export const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(roleMarks, (mark) => mark.replace(/[<>[\]|]/g, ' '))
    .replace(roleNames, '$1$2$3 -')
