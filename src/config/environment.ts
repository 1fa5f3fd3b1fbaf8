import { existsSync } from 'node:fs'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment of this process, with `.env` as a fallback. No other code reads it. */
export const environment = (): Environment => {
  if (existsSync('.env')) process.loadEnvFile()
  return process.env
}
