/** Joins lines into NDJSON bodies of at most `perBody` records, as a sender posts them. */
export const toRequestBodies = (lines: readonly string[], perBody: number): readonly string[] =>
  Array.from({ length: Math.ceil(lines.length / perBody) }, (_, i) =>
    lines
      .slice(i * perBody, (i + 1) * perBody)
      .map((message) => JSON.stringify({ message }))
      .join('\n'),
  )
