import { useSyncExternalStore } from 'react'
import { createSetting } from './setting.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const theme = createSetting<Theme>('theme', themes, 'system')
const systemDark = matchMedia('(prefers-color-scheme: dark)')
export const useTheme = theme.use

/**
 * Returns whether the dark theme is active. Canvases must be redrawn when it changes.
 * @public
 */
export const useDark = (): boolean => {
  const selected = theme.use()
  const system = useSyncExternalStore(
    (watch) => {
      systemDark.addEventListener('change', watch)
      return () => systemDark.removeEventListener('change', watch)
    },
    () => systemDark.matches,
  )
  return selected === 'system' ? system : selected === 'dark'
}

export const setTheme = (next: Theme): void => {
  theme.set(next)
  if (next === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
}

/** Switches to the next theme. */
export const cycleTheme = (): void => setTheme(themes[(themes.indexOf(theme.get()) + 1) % themes.length] ?? 'system')

/**
 * Returns the value of a colour token in the active theme, for canvases: `colour('--accent')`.
 * @public
 */
export const colour = (token: string): string => {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
