/** Bytes that are not what Windows writes. */
export class EvtxFormatError extends Error {
  override readonly name = 'EvtxFormatError'
}

/** Limits of one chunk of 64 KiB. A template may be used many times, so a few hostile bytes could ask for endless work. */
const mostSteps = 1_000_000
const mostText = 8 * 2 ** 20

/** The work that a chunk may still cause. */
export interface ChunkBudget {
  /** Counts a step. Throws EvtxFormatError beyond the limit. */
  step(): void
  /** Counts characters of the result. Throws EvtxFormatError beyond the limit. */
  text(characters: number): void
}

export const createChunkBudget = (): ChunkBudget => {
  let steps = 0
  let text = 0
  return {
    step() {
      if (++steps > mostSteps) throw new EvtxFormatError('The chunk is too complex.')
    },
    text(characters) {
      text += characters
      if (text > mostText) throw new EvtxFormatError('The chunk expands to too much text.')
    },
  }
}
