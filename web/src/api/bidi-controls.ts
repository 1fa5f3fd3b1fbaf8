/**
 * Characters that reorder the text around them, unseen: an attacker writes a name with one, and the line reads as another. They are shown by
 * their code points, `⟨U+202E⟩`, in everything that the server sends: lines, titles, users, and what users copy.
 */
export const showBidiControls = (text: string): string =>
  text.replace(
    /\p{Bidi_Control}/gu,
    (control) => `⟨U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )

/** Restores the characters in text for the server, so that filters for shown values find them. */
export const restoreBidiControls = (text: string): string =>
  text.replace(/⟨U\+(061C|200[EF]|202[A-E]|206[6-9])⟩/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
