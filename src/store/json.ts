/** Writes a document for a text column. */
export const toJson = (value: unknown): string => JSON.stringify(value) ?? 'null'

/** Reads a document that `toJson` wrote; what we wrote ourselves is not checked again. */
export const fromJson = <T>(text: string): T => JSON.parse(text)
