import { createSetting } from './setting.ts'

/** The row height: 40, 32 or 26 px. */
export const density = createSetting('density', ['comfortable', 'default', 'compact'], 'default')
type Density = ReturnType<typeof density.get>

export const setDensity = (next: Density): void => {
  density.set(next)
  document.documentElement.dataset.density = next
}

document.documentElement.dataset.density = density.get()
