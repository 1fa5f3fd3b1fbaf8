// Applies the theme saved by src/shell/theme.ts before the first paint, so that the page never flashes in the wrong theme.
try {
  const theme = localStorage.getItem('vedette.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage, use the system theme.
}
