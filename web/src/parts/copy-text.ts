/** Copies text and returns whether it succeeded. Browsers offer no clipboard to pages served over plain HTTP from another host. */
export const copyText = async (text: string): Promise<boolean> => {
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  return done === true
}
