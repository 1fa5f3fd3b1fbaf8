// Runs before the first paint, so that a chosen theme never flashes; what it reads is written by src/shell/theme.ts.
try {
  const theme = localStorage.getItem('vedette.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's theme is shown.
}
