import { globSync, readFileSync } from 'node:fs'
import { parseSync } from 'vite'

/** A text that somebody reads: a comment, a string with words in it, text of a screen, a line of a document. */
export interface Text {
  readonly place: string
  readonly text: string
}

/** Reads all prose of the repository. Identifiers and one-word strings are left out: many are names of an API. */
export const readTexts = (root: string): readonly Text[] => [
  ...filesOf(root, '{src,web/src,test,scripts,bench}/**/*.{ts,tsx}')
    .filter((file) => !file.startsWith('test/language') && !file.endsWith('.d.ts'))
    .flatMap((file) => readCode(root, file)),
  ...filesOf(
    root,
    '{*.md,{docs,web,rules,samples,playbooks,prompts,agents,changelog.d}/**/*.{md,yml,yaml},src/cli/**/fixtures/*.txt}',
  )
    .filter((file) => file !== 'docs/glossary.md' && !file.includes('node_modules'))
    .flatMap((file) => readDocument(root, file)),
]

const filesOf = (root: string, pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root, exclude: (name) => name.includes('node_modules') || name.endsWith('dist') }).sort()

const readCode = (root: string, file: string): readonly Text[] => {
  const source = readFileSync(`${root}/${file}`, 'utf8')
  const { program, comments } = parseSync(file, source)
  const at = (start: number): string => `${file}:${source.slice(0, start).split('\n').length}`
  const texts: Text[] = comments.map(({ start, value }) => ({
    place: at(start),
    text: value.replaceAll(/^[ \t]*\*+ ?/gm, '').trim(),
  }))
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, start, value } = node as { type?: unknown; start?: unknown; value?: unknown }
    const text = type === 'TemplateElement' ? (value as { raw: string }).raw : value
    if (typeof text === 'string' && typeof start === 'number' && isProse(String(type), text)) {
      texts.push({ place: at(start), text: text.trim() })
    }
    for (const child of Object.values(node)) if (typeof child === 'object') visit(child)
  }
  visit(program)
  return texts
}

const isProse = (type: string, text: string): boolean =>
  type === 'JSXText' ? /\w/.test(text) : /^(Literal|TemplateElement)$/.test(type) && /[a-z]{2,}[,.:;]?\s\S/i.test(text)

/** Code spans of one word are names; blocks of code are read by the tests that run them. */
const readDocument = (root: string, file: string): readonly Text[] =>
  readFileSync(`${root}/${file}`, 'utf8')
    .replaceAll(/`(?:[^`\s]*|[A-Z]+ \/[^`]*)`/g, '`…`')
    .split('\n')
    .map((text, i) => ({ place: `${file}:${i + 1}`, text }))
