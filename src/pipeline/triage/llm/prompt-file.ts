import { createHash } from 'node:crypto'
import { load } from 'js-yaml'
import { z } from 'zod'
import { AppError, messageOf } from '../../../errors.ts'

const head = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,50}$/, 'use lower-case letters, digits and hyphens'),
  version: z.int().min(1),
  task: z.enum(['triage', 'query']),
  description: z.string().max(500).default(''),
  /** The maximum answer, in tokens. */
  max_tokens: z.int().min(200).max(8_000).default(2_000),
})

/** Instructions and question for a model, with a version that every answer names. */
export interface Prompt extends z.output<typeof head> {
  /** `triage@1`. */
  readonly name: string
  readonly instructions: string
  /** Contains `{{data}}`. */
  readonly question: string
  /** A hash of the whole prompt. */
  readonly hash: string
}

const variables = ['data', 'alert_type', 'details', 'language', 'marker'] as const
export type PromptVariables = Readonly<Record<(typeof variables)[number], string>>

const shape = /^---\r?\n([\s\S]*?)\r?\n---\r?\n\s*# Instructions\r?\n([\s\S]*?)\r?\n# Question\r?\n([\s\S]*)$/

/** Parses a prompt: YAML front matter, `# Instructions` and `# Question`. Throws CONFIG_INVALID with the reason. */
export const readPrompt = (text: string, file: string): Prompt => {
  const match = shape.exec(text)
  if (!match)
    throw wrong(file, 'it needs front matter between two lines `---`, then `# Instructions`, then `# Question`')
  const [, yaml = '', instructions = '', question = ''] = match
  const parsed = head.safeParse(parse(yaml, file))
  if (!parsed.success) throw wrong(file, z.prettifyError(parsed.error))
  const unknown = [...text.matchAll(/\{\{(.*?)\}\}/g)]
    .map(([, name = '']) => name.trim())
    .filter((name) => !variables.some((known) => known === name))
  if (unknown.length > 0) throw wrong(file, `{{${unknown[0]}}} means nothing; there are ${variables.join(', ')}`)
  if (!/\{\{\s*data\s*\}\}/.test(question)) throw wrong(file, 'the question does not contain {{data}}')
  if (/\{\{\s*data\s*\}\}/.test(instructions))
    throw wrong(file, 'the instructions contain {{data}}, which is untrusted text')
  return {
    ...parsed.data,
    name: `${parsed.data.id}@${parsed.data.version}`,
    instructions: instructions.trim(),
    question: question.trim(),
    hash: createHash('sha256').update(text).digest('hex').slice(0, 12),
  }
}

/** Replaces the variables. Their values are not expanded again. */
export const fillIn = (template: string, values: PromptVariables): string =>
  template.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => {
    const known = variables.find((variable) => variable === name)
    return known === undefined ? whole : values[known]
  })

const parse = (yaml: string, file: string): unknown => {
  try {
    return load(yaml)
  } catch (error) {
    throw wrong(file, messageOf(error))
  }
}

const wrong = (file: string, what: string): AppError =>
  new AppError('CONFIG_INVALID', `The prompt ${file} cannot be used: ${what}.`, {
    hint: 'Compare it with `triage.md` in the folder "prompts" of the program.',
  })
