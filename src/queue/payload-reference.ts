const prefix = 'message:'
/** A payload in the row is JSON or zstd, which start with other bytes. */
const shape = /^message:([\da-f-]{36})$/

/** The longest reference, in bytes. */
export const referenceBytes = prefix.length + 36

/** Encodes the reference that the row of a job contains instead of its payload: the ID of the message. */
export const referTo = (id: string): Uint8Array => Buffer.from(prefix + id)

/** Reads the ID of a message from the row of a job; undefined if the row contains the payload itself. */
export const readReference = (payload: Uint8Array): string | undefined =>
  payload.length === referenceBytes ? shape.exec(Buffer.from(payload).toString('latin1'))?.[1] : undefined
