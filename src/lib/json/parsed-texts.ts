type JsonObject = Readonly<Record<string, unknown>>

/** As many as a chunk of records has: the stages after the parser read them in the same order. */
const most = 512
/** Longer texts are not kept, so that all of them together take little memory. */
const longest = 16_384
/** So many texts that nobody takes may come between two that are taken. */
const mostSkipped = 16

const texts: string[] = Array.from({ length: most }, () => '')
const objects: (JsonObject | undefined)[] = Array.from({ length: most }, () => undefined)
let written = 0
let read = 0

/**
 * Remembers the object that a text was parsed into, for the next stage that reads the same text: most records are needed twice while a
 * chunk passes. A cache that may forget anything: of more than 511 texts, the oldest, and long ones. Nobody may change the object.
 */
export const rememberParsed = (text: string, object: JsonObject): void => {
  if (text.length > longest) return
  texts[written] = text
  objects[written] = object
  written = (written + 1) % most
  if (written === read) forget()
}

/** Takes the object of a text, and forgets it and those before; undefined if it is not found near the one that was taken last. O(1). */
export const takeParsed = (text: string): JsonObject | undefined => {
  for (let skipped = 0; skipped < mostSkipped; skipped += 1) {
    const at = (read + skipped) % most
    if (at === written) return undefined
    if (texts[at] !== text) continue
    const object = objects[at]
    for (let left = skipped; left >= 0; left -= 1) forget()
    return object
  }
  return undefined
}

/** Forgets the oldest one. */
const forget = (): void => {
  texts[read] = ''
  objects[read] = undefined
  read = (read + 1) % most
}
