/** Copies a text, and tells whether that went. On a plain address that is not this machine browsers have no clipboard for pages. */
export const copyText = async (text: string): Promise<boolean> => {
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  return done === true
}
