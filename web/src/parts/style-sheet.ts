import { useEffect } from 'react'

/**
 * Replaces the package `react-style-singleton`, which Radix dialogs and menus use to lock scrolling. The package inserts a <style> element,
 * which our content security policy forbids. A constructed style sheet is allowed.
 */
export const styleSingleton = () => {
  let users = 0
  const sheet = new CSSStyleSheet()
  return ({ styles }: { readonly styles: string }): null => {
    useEffect(() => {
      sheet.replaceSync(styles)
      if (users === 0) document.adoptedStyleSheets.push(sheet)
      users += 1
      return () => {
        users -= 1
        if (users === 0) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet)
      }
    }, [styles])
    return null
  }
}
