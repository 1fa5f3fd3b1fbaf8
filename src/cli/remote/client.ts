import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { AppError, type ErrorCode, errorCodes, messageOf } from '../../errors.ts'
import type { CommandContext } from '../cli.ts'

const defaultUrl = 'http://127.0.0.1:8787'

const remoteShape = z.object({
  url: z.string().optional(),
  tokenFile: z.string().optional(),
  json: z.boolean().optional(),
})

const problemShape = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  code: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() })).optional(),
})

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** A client of a running server. */
export interface Client {
  readonly url: string
  get<T>(path: string, answer: z.ZodType<T>, query?: Query): Promise<T>
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, answer: z.ZodType<T>, body?: object): Promise<T>
  /** Sends a request and returns any response; throws only if the server does not respond. */
  ask(path: string, init: RequestInit): Promise<Response>
}

/** Adds the options of every command that needs a server. */
export const addRemoteOptions = (command: Command): Command =>
  command
    .option('--url <url>', `URL of the server; VEDETTE_URL or ${defaultUrl} by default`)
    .option('--token-file <file>', 'file that contains the token; VEDETTE_TOKEN or VEDETTE_TOKEN_FILE by default')
    .option('--json', 'print the response of the server as JSON')

/** Creates a client from the options of a command and the environment. */
export const createClient = (options: unknown, context: CommandContext): Client => {
  const { url: given, tokenFile } = remoteShape.parse(options)
  const url = readUrl(given ?? (context.env.VEDETTE_URL || defaultUrl))
  const token = readToken(tokenFile, context)
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }

  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await context.fetch(url + path, {
        ...init,
        headers: { ...headers, ...init.headers },
        signal: init.signal ? AbortSignal.any([init.signal, context.signal]) : context.signal,
      })
    } catch (error) {
      throw unreachable(url, error)
    }
  }
  const read = async <T>(response: Response, answer: z.ZodType<T>): Promise<T> => {
    if (!response.ok) throw await responseError(response, token !== undefined)
    const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    const parsed = answer.safeParse(body)
    if (parsed.success) return parsed.data
    throw new AppError('UNAVAILABLE', `The server at ${url} is not Vedette, or runs another version of it.`, {
      cause: parsed.error,
    })
  }
  return {
    url,
    ask,
    get: async (path, answer, query = {}) => read(await ask(path + toQuery(query), {}), answer),
    send: async (method, path, answer, body) =>
      read(
        await ask(path, {
          method,
          ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        }),
        answer,
      ),
  }
}

/** Converts an error response into an AppError. */
export const responseError = async (response: Response, hadToken: boolean): Promise<AppError> => {
  const problem = problemShape.safeParse(await response.json().catch(() => undefined)).data ?? {}
  const { title, detail, hint, errors } = problem
  const retryAfter = Number(response.headers.get('retry-after'))
  const text = title && detail && title !== detail ? `${title}: ${detail}` : (detail ?? title)
  return new AppError(codeOf(problem.code, response.status), text ?? `The server answered ${response.status}.`, {
    ...(response.status === 401 ? { hint: howToGetAToken(hadToken) } : hint !== undefined && { hint }),
    ...(errors && {
      errors: errors.map(({ hint: advice, ...fault }) => ({ ...fault, ...(advice && { hint: advice }) })),
    }),
    ...(Number.isFinite(retryAfter) && retryAfter > 0 && { retryAfter }),
    retryable: [429, 502, 503, 504, 507].includes(response.status),
  })
}

const codeOf = (code: string | undefined, status: number): ErrorCode => {
  const codes = Object.keys(errorCodes) as ErrorCode[] // the table's own keys
  const named = codes.find((one) => one === code?.toUpperCase())
  return named ?? codes.find((one) => errorCodes[one].status === status) ?? 'UNAVAILABLE'
}

const howToGetAToken = (hadToken: boolean): string =>
  `${hadToken ? 'The server does not know the token, or it has expired.' : 'Set VEDETTE_TOKEN, VEDETTE_TOKEN_FILE or --token-file.'} ` +
  'The server printed its admin token at its first start and stores only a hash of it. Use it to create others with `vedette token create`. ' +
  'If it is lost, set VEDETTE_ADMIN_TOKEN and restart the server.'

const unreachable = (url: string, error: unknown): AppError => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return new AppError('UNAVAILABLE', `Cannot reach a server at ${url} (${messageOf(cause)}).`, {
    hint: 'Start one with `vedette serve`, or set --url or VEDETTE_URL.',
    retryable: true,
    cause: error,
  })
}

const readUrl = (text: string): string => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new AppError('INVALID_REQUEST', `Invalid server URL: "${text}".`, {
      hint: `Example: ${defaultUrl}.`,
    })
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`
}

const readToken = (file: string | undefined, { env, cwd }: CommandContext): string | undefined => {
  if (file === undefined && env.VEDETTE_TOKEN) return env.VEDETTE_TOKEN
  const path = file ?? (env.VEDETTE_TOKEN_FILE || undefined)
  if (path === undefined) return undefined
  try {
    return readFileSync(resolve(cwd, path), 'utf8').trim()
  } catch (error) {
    throw new AppError('INVALID_REQUEST', `Cannot read the token file ${path}.`, { cause: error })
  }
}

const toQuery = (query: Query): string => {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
  const text = given.toString()
  return text === '' ? '' : `?${text}`
}
