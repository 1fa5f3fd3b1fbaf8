import { createSetting } from './setting.ts'

/** Whether the rail shows names beside its signs. */
export const railWidth = createSetting('rail', ['narrow', 'wide'], 'narrow')

export const toggleRail = (): void => railWidth.set(railWidth.get() === 'wide' ? 'narrow' : 'wide')
