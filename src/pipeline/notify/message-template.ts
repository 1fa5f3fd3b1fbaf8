import { Liquid, LiquidError, type Template } from 'liquidjs'
import { messageOf } from '../../errors.ts'
import { didYouMean } from '../../lib/spelling/closest.ts'
import { escapeHtml } from './markup.ts'
import { toPlainLine } from './plain.ts'
import { sampleFields, type TemplateFields } from './template-fields.ts'

/** How values are escaped where a template inserts them. */
export type Escaping = 'form' | 'header' | 'json' | 'markup' | 'text'

export interface MessageTemplate {
  render(fields: TemplateFields): string
}

const longestTemplate = 20_000
const mostMemory = 5_000_000
const longestRenderMs = 1_000

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value ?? '') ?? ''))

const escapes: Readonly<Record<Escaping, (value: unknown) => string>> = {
  form: (value) => encodeURIComponent(textOf(value).toWellFormed()),
  // Headers are Latin-1, and a line break would begin another one.
  header: (value) => toPlainLine(textOf(value)).replace(/[^\x20-\x7e]/g, '?'),
  /** Texts are escaped for the quotes around them; numbers, lists and objects become JSON. */
  json: (value) => (typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value ?? null)),
  markup: (value) => escapeHtml(textOf(value)).replaceAll("'", '&#39;'),
  text: textOf,
}

const createEngine = (escaping: Escaping): Liquid => {
  const engine = new Liquid({
    outputEscape: escapes[escaping],
    strictFilters: true,
    ownPropertyOnly: true,
    // Templates never read files: there is nothing to include.
    templates: {},
    timezoneOffset: 0,
    parseLimit: longestTemplate,
    renderLimit: longestRenderMs,
    memoryLimit: mostMemory,
  })
  // JSON that a filter made needs no second escape.
  if (escaping === 'json')
    engine.registerFilter('json', { raw: true, handler: (value: unknown) => JSON.stringify(value ?? null) })
  return engine
}

const engines = new Map<Escaping, Liquid>()
const engineFor = (escaping: Escaping): Liquid => {
  const engine = engines.get(escaping) ?? createEngine(escaping)
  engines.set(escaping, engine)
  return engine
}

/**
 * Parses a template in the language Liquid, which runs no code and reads no files. Throws an Error that says what is wrong: the syntax, a
 * field that messages do not have, or a result that is not valid for its escaping.
 */
export const parseMessageTemplate = (source: string, escaping: Escaping): MessageTemplate => {
  const engine = engineFor(escaping)
  try {
    const parsed: Template[] = engine.parse(source)
    const known = Object.keys(sampleFields[0] ?? {})
    const unknown = engine.globalVariablesSync(parsed).find((name) => !known.includes(name))
    if (unknown !== undefined) throw new Error(`there is no field "${unknown}". ${didYouMean(unknown, known)}`)
    const template: MessageTemplate = {
      render: (fields) => String(engine.renderSync(parsed, fields)),
    }
    for (const fields of sampleFields) {
      const result = template.render(fields)
      if (escaping === 'json') checkJson(result)
    }
    return template
  } catch (error) {
    throw new Error(`the template is not valid: ${error instanceof LiquidError ? plain(error) : messageOf(error)}`)
  }
}

/** The message of a Liquid error without the file that no template has. */
const plain = ({ message }: Error): string => message.replace(/, file:[^,]*/, '')

const checkJson = (text: string): void => {
  try {
    JSON.parse(text)
  } catch (error) {
    const at = Number(/position (\d+)/.exec(messageOf(error))?.[1] ?? text.length)
    const excerpt = text.slice(Math.max(0, at - 30), at + 10)
    throw new Error(
      `it does not make JSON near ${JSON.stringify(excerpt)}. Write texts in quotes, such as "{{ title }}", and numbers and lists without, such as {{ risk }} and {{ evidence }}.`,
    )
  }
}
