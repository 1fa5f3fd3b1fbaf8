interface NpmFailure {
  /** As a reader would type it. */
  readonly command: string
  /** Why npm could not be started. */
  readonly code?: string
  /** The signal that ended npm. */
  readonly signal?: string | null
  readonly output: string
  /** Where npm was installing to. */
  readonly folder: string
  readonly registry: string
}

export function explainNpmFailure(failure: NpmFailure): string
