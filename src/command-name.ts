import { existsSync } from 'node:fs'
import { bundledPath } from './bundled-path.ts'

const checkout = existsSync(bundledPath('src/main.ts'))

/** The command as the user types it: the script of a checkout, or the name of the installed package. */
export const commandName = (): string => (checkout ? './vedette' : 'vedette')

/** Replaces quoted `vedette …` commands in a text with the command as the user types it. */
export const asTyped = (text: string): string => text.replaceAll('`vedette ', `\`${commandName()} `)

/** A shell command that begins with `vedette`, with the command as it is typed here. */
export const commandTyped = (command: string): string => command.replace(/^vedette(?= )/, commandName())
