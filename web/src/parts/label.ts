/** Formats an identifier as running text: `likely malicious`. */
export const toWords = (name: string): string => name.replaceAll('_', ' ')

/** Formats an identifier as a label: `Likely malicious`. */
export const toLabel = (name: string): string => name.charAt(0).toUpperCase() + toWords(name.slice(1))
