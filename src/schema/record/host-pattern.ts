/** The names and addresses that hosts may have. */
export const hostPattern = /^[\p{L}\p{N}_:](?:[\p{L}\p{N}_.:-]{0,251}[\p{L}\p{N}_:])?$/u
