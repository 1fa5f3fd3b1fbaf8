import {
  type ChunkSource,
  readFragment,
  readTemplate,
  type ValueSpan,
  type XmlAttribute,
  type XmlNode,
} from './binary-xml.ts'
import { EvtxFormatError } from './chunk-budget.ts'
import { valueText, valueTypes } from './value-text.ts'
import { quoteEscaped } from './xml-text.ts'

/** Writes the events of one chunk as XML. */
export interface Renderer {
  /** Writes the binary XML between two offsets as XML on one line. Throws EvtxFormatError if it is corrupt. */
  render(start: number, end: number): string
}

const deepest = 64

/** Creates a renderer. Templates are read once. */
export const createRenderer = (source: ChunkSource): Renderer => {
  const templates = new Map<number, readonly XmlNode[]>()
  const templateAt = (offset: number): readonly XmlNode[] => {
    const known = templates.get(offset)
    if (known) return known
    const read = readTemplate(source, offset)
    templates.set(offset, read)
    return read
  }

  const renderFragment = (start: number, end: number, isInTemplate: boolean, depth: number): string =>
    renderAll(readFragment(source, start, end, isInTemplate), noValues, depth)

  const renderAll = (nodes: readonly XmlNode[], values: Values, depth: number): string =>
    nodes.map((node) => asText(renderNode(node, values, depth))).join('')

  const renderNode = (node: XmlNode, values: Values, depth: number): Content => {
    source.budget.step()
    if (depth > deepest) throw new EvtxFormatError('The elements are nested too deep.')
    switch (node.kind) {
      case 'text':
        source.budget.text(node.text.length)
        return node.text
      case 'substitution':
        return values.textOf(node.index, depth)
      case 'instance':
        return renderAll(templateAt(node.template), createValues(node.values), depth + 1)
      case 'element': {
        if (node.dependsOn !== undefined && values.isNull(node.dependsOn)) return ''
        const tag = `<${node.name}${node.attributes.map((each) => renderAttribute(each, values, depth)).join('')}`
        source.budget.text(tag.length)
        if (node.isEmpty) return `${tag}/>`
        const contents = node.children.map((child) => renderNode(child, values, depth + 1))
        return repeated(contents, (content, time) => {
          source.budget.text(node.name.length + (time > 0 ? tag.length + content.length : 0))
          return `${tag}>${content}</${node.name}>`
        })
      }
    }
  }

  const renderAttribute = ({ name, parts }: XmlAttribute, values: Values, depth: number): string => {
    const isLeftOut = parts.some((part) => part.kind === 'substitution' && part.isOptional && values.isNull(part.index))
    if (isLeftOut) return ''
    const texts = parts.map((part) =>
      part.kind === 'substitution' && values.isXml(part.index) ? '' : asText(renderNode(part, values, depth)),
    )
    return ` ${name}="${quoteEscaped(texts.join(''))}"`
  }

  const createValues = (spans: readonly ValueSpan[]): Values => {
    const texts = new Map<number, Content>()
    const read = ({ type, start, end }: ValueSpan, depth: number): Content =>
      type === valueTypes.binaryXml
        ? renderFragment(start, end, false, depth + 1)
        : valueText(type, source.bytes.subarray(start, end))
    return {
      isNull: (index) => spans[index]?.type === valueTypes.none,
      isXml: (index) => spans[index]?.type === valueTypes.binaryXml,
      textOf(index, depth) {
        const span = spans[index]
        if (!span) return ''
        const content = texts.get(index) ?? read(span, depth)
        texts.set(index, content)
        source.budget.text(typeof content === 'string' ? content.length : span.end - span.start)
        return content
      },
    }
  }

  const noValues = createValues([])

  return { render: (start, end) => renderFragment(start, end, true, 0) }
}

/** A text, or those of the items of an array. */
type Content = string | readonly string[]

/** The values of a template instance. */
interface Values {
  isNull(index: number): boolean
  isXml(index: number): boolean
  textOf(index: number, depth: number): Content
}

const asText = (content: Content): string => (typeof content === 'string' ? content : content.join(','))

/** Writes an element once, or once for each item of the arrays in its content, as Windows does. */
const repeated = (contents: readonly Content[], write: (content: string, time: number) => string): string => {
  const arrays = contents.filter((content) => typeof content !== 'string')
  const times = Math.max(1, ...arrays.map((items) => items.length))
  return Array.from({ length: times }, (_, i) =>
    write(contents.map((content) => (typeof content === 'string' ? content : (content[i] ?? ''))).join(''), i),
  ).join('')
}
