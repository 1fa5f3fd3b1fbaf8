import { readFileSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { Reader } from 'mmdb-lib'
import { z } from 'zod'
import { AppError, messageOf } from '../errors.ts'

/** The location and network of an address. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  readonly city?: string | undefined
  readonly asn?: number | undefined
  /** The operator of the network. */
  readonly organization?: string | undefined
}

const word = z.string().min(1).max(200).optional().catch(undefined)
const names = z.object({ names: z.object({ en: word }).optional() }).optional()

/** A record of MaxMind, DB-IP, IPinfo or ip-location-db. */
const record = z.object({
  country: z.union([word, names.and(z.object({ iso_code: word }).optional())]).catch(undefined),
  country_code: word,
  city: z.union([word, names]).catch(undefined),
  autonomous_system_number: z.int().optional().catch(undefined),
  autonomous_system_organization: word,
  asn: z.union([z.int(), z.string()]).optional().catch(undefined),
  as_name: word,
})

/** The size of the cache of decoded records. A country database has about 250 different records. */
const maxRecords = 20_000

/** A database file. */
export interface GeoDatabase {
  place(address: string): Place
  /** Reads the file if it changed since the last read; returns whether it did. */
  refresh(): Promise<boolean>
}

/** Stands before the metadata, which take up to 128 KiB at the end of the file. */
const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
const longestMetadata = 131_072

/**
 * Opens an .mmdb file (MaxMind DB 2.0). It is empty until the first `refresh`, which throws SOURCE_FAILED if the file cannot be read. The
 * contents are read when the first address is looked up: they take several MB, and a thread may never need them. With `only`, the addresses
 * of the other IP version are unknown.
 */
export const openGeoDatabase = (path: string, only?: 4 | 6): GeoDatabase => {
  let reader: Reader<object> | undefined
  let isWanted = false
  let places = new WeakMap<object, Place>()
  let version = ''
  const load = (bytes: Buffer): void => {
    reader = new Reader<object>(bytes, { cache: recordCache() })
    places = new WeakMap()
  }
  const readFirst = (): void => {
    isWanted = true
    if (version === '') return
    try {
      load(readFileSync(path))
    } catch {
      // Somebody removed or damaged the file since. The next refresh reads it again, and says so.
      version = ''
    }
  }
  return {
    place(address) {
      if (only && address.includes(':') !== (only === 6)) return unknownPlace
      if (!isWanted) readFirst()
      // An IPv4 tree would match the first bits of an IPv6 address.
      if (!reader || (reader.metadata.ipVersion === 4 && address.includes(':'))) return unknownPlace
      const found = reader.get(address)
      if (!found) return unknownPlace
      const known = places.get(found)
      if (known) return known
      const place = toPlace(found)
      places.set(found, place)
      return place
    },
    async refresh() {
      try {
        const { mtimeMs, size } = await stat(path)
        const current = `${mtimeMs} ${size}`
        if (current === version) return false
        if (isWanted) load(await readFile(path))
        else await requireMetadata(path, size)
        version = current
        return true
      } catch (error) {
        throw new AppError('SOURCE_FAILED', `Cannot read the address database ${path}: ${messageOf(error)}`, {
          hint: 'Set networks.country_database and networks.asn_database to .mmdb files.',
          cause: error,
        })
      }
    },
  }
}

const requireMetadata = async (path: string, size: number): Promise<void> => {
  const file = await open(path)
  try {
    const length = Math.min(size, longestMetadata)
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length })
    if (!buffer.includes(marker)) throw new Error('It is no MaxMind database.')
  } finally {
    await file.close()
  }
}

const unknownPlace: Place = Object.freeze({})

/** Caches decoded records by their offset, so that each record is decoded to one object. Cleared when it is full. */
const recordCache = () => {
  const records = new Map<string | number, unknown>()
  return {
    get: (place: string | number) => records.get(place),
    set(place: string | number, record: unknown) {
      if (records.size >= maxRecords) records.clear()
      records.set(place, record)
    },
  }
}

const toPlace = (found: unknown): Place => {
  const parsed = record.safeParse(found)
  if (!parsed.success) return {}
  const { country, country_code, city, asn, as_name, autonomous_system_number, autonomous_system_organization } =
    parsed.data
  const number = autonomous_system_number ?? Number(String(asn ?? '').replace(/^AS/i, ''))
  return {
    country: country_code ?? (typeof country === 'string' ? country : country?.iso_code),
    city: typeof city === 'string' ? city : city?.names?.en,
    asn: Number.isSafeInteger(number) && number > 0 ? number : undefined,
    organization: autonomous_system_organization ?? as_name,
  }
}
