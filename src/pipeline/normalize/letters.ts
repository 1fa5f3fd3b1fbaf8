/** Whether a character code is a letter of ASCII. */
export const isLetter = (code: number): boolean => isSmall(code) || isCapital(code)
export const isSmall = (code: number): boolean => code >= 97 && code <= 122
export const isCapital = (code: number): boolean => code >= 65 && code <= 90
/** Whether it is one of a space or a tab. */
export const isBlankCode = (code: number): boolean => code === 32 || code === 9
