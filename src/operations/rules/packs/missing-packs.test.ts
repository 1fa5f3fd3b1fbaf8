import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { joinTaxonomies, type Logsource, readDocuments, readTaxonomy } from '../../../lib/sigma/sigma.ts'
import { findMissingPacks, productsOfBundled, productsOfSigmaHq } from './missing-packs.ts'

const folder = resolve(import.meta.dirname, '../../../../rules')
const texts = (pattern: string) =>
  globSync(pattern, { cwd: folder }).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }))
const bundled = texts('*/*.yml')
  .filter(({ file }) => !file.startsWith('taxonomy'))
  .flatMap(({ file, text }) => readDocuments(text, file).documents)
const { kinds } = joinTaxonomies(texts('taxonomy/*.yml').map(({ file, text }) => readTaxonomy(text, file)))

const kindsOf = (wanted: Logsource) =>
  kinds.filter(({ logsources }) =>
    logsources.some(({ product, service }) => product === wanted.product && service === wanted.service),
  )

describe('findMissingPacks', () => {
  it('says nothing about products that a rule is about', () => {
    expect(findMissingPacks(kindsOf({ product: 'windows', service: 'security' }), { documents: bundled })).toEqual([])
    expect(findMissingPacks([{ logsources: [] }], { documents: [] })).toEqual([])
  })

  it('says nothing about languages and frameworks, whose kinds are wide', () => {
    expect(findMissingPacks(kindsOf({ product: 'jvm' }), { documents: [] })).toEqual([])
  })

  it('says nothing about events that a rule covers by their category', () => {
    const dns = kindsOf({ product: 'zeek', service: 'dns' })
    expect(dns).not.toEqual([])
    expect(findMissingPacks(dns, { documents: bundled })).toEqual([])
  })

  it('names the commands that add rules about a product', () => {
    const [pack, ...others] = findMissingPacks(kindsOf({ product: 'onelogin', service: 'onelogin.events' }), {
      documents: bundled,
    })
    expect(others).toEqual([])
    expect(pack).toMatchObject({
      product: 'onelogin',
      pack: 'sigmahq',
      commands: [
        expect.stringMatching(/^curl -LO https:\/\/github\.com\/SigmaHQ\/sigma\/\S+\.zip$/),
        expect.stringMatching(/vedette sigma import sigma_all_rules\.zip --name sigmahq$/),
      ],
    })
  })

  it('says that the bundled rules are disabled', () => {
    expect(findMissingPacks(kindsOf({ product: 'windows', service: 'security' }), { documents: [] })).toMatchObject([
      { product: 'windows', pack: 'bundled', commands: [expect.stringContaining('sigma list --product windows')] },
    ])
  })

  it('knows the products of the bundled rules and the taxonomy', () => {
    const products = bundled.flatMap((one) => (one.type === 'rule' ? (one.logsource.product ?? []) : []))
    expect([...new Set(products)].filter((product) => product !== 'sql').sort()).toEqual(productsOfBundled)
    const known = new Set(kinds.flatMap(({ logsources }) => logsources.flatMap(({ product }) => product ?? [])))
    expect([...productsOfBundled, ...productsOfSigmaHq].filter((product) => !known.has(product))).toEqual([])
  })
})
