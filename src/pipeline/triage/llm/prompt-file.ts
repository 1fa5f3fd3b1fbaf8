import { createHash } from 'node:crypto'
import { load } from 'js-yaml'
import { z } from 'zod'
import { AppError, messageOf } from '../../../errors.ts'

const head = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,50}$/, 'use lower-case letters, digits and hyphens'),
  version: z.int().min(1),
  task: z.enum(['triage', 'query']),
  description: z.string().max(500).default(''),
  /** The most that the model may answer, in tokens. */
  max_tokens: z.int().min(200).max(8_000).default(2_000),
})

/** What a model is told and asked, with a version that every answer names. */
export interface Prompt extends z.output<typeof head> {
  /** `triage@1`. */
  readonly name: string
  readonly instructions: string
  /** Holds `{{data}}`. */
  readonly question: string
  /** Changes with every letter of it. */
  readonly hash: string
}

const variables = ['data', 'alert_type', 'details', 'language', 'marker'] as const
export type PromptVariables = Readonly<Record<(typeof variables)[number], string>>

const shape = /^---\r?\n([\s\S]*?)\r?\n---\r?\n\s*# Instructions\r?\n([\s\S]*?)\r?\n# Question\r?\n([\s\S]*)$/

/** Reads a prompt: a head in YAML, then `# Instructions` and `# Question`. Throws CONFIG_INVALID that says what is wrong with it. */
export const readPrompt = (text: string, file: string): Prompt => {
  const match = shape.exec(text)
  if (!match) throw wrong(file, 'it is not a head between two lines `---`, then `# Instructions`, then `# Question`')
  const [, yaml = '', instructions = '', question = ''] = match
  const parsed = head.safeParse(parse(yaml, file))
  if (!parsed.success) throw wrong(file, z.prettifyError(parsed.error))
  const unknown = [...text.matchAll(/\{\{(.*?)\}\}/g)]
    .map(([, name = '']) => name.trim())
    .filter((name) => !variables.some((known) => known === name))
  if (unknown.length > 0) throw wrong(file, `{{${unknown[0]}}} means nothing; there are ${variables.join(', ')}`)
  if (!/\{\{\s*data\s*\}\}/.test(question)) throw wrong(file, 'the question does not hold {{data}}')
  if (/\{\{\s*data\s*\}\}/.test(instructions))
    throw wrong(file, 'the instructions hold {{data}}, which is others’ text')
  return {
    ...parsed.data,
    name: `${parsed.data.id}@${parsed.data.version}`,
    instructions: instructions.trim(),
    question: question.trim(),
    hash: createHash('sha256').update(text).digest('hex').slice(0, 12),
  }
}

/** Puts the variables in, each once: what they hold is not looked at again. */
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
