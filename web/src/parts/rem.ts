/** Returns the size of a rem in px: 16, or larger if the user set a larger text size in the browser. */
export const remPx = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
