import { existsSync } from 'node:fs'

const checkout = existsSync(new URL('main.ts', import.meta.url))

/** The command as a reader types it: the script of a checkout, or the name that an installed package puts into PATH. */
export const commandName = (): string => (checkout ? './vedette' : 'vedette')

/** Lets text that quotes a command line of ours in backticks say it as the reader types it. */
export const asTyped = (text: string): string => text.replaceAll('`vedette ', `\`${commandName()} `)
